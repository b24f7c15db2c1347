// SPDX-License-Identifier: Apache-2.0
#include "gateway/http2/script.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <utility>

namespace forium::gateway {
namespace {

using Words = std::vector<std::string>;

const std::map<std::string, uint8_t, std::less<>> kTypes = {
    {"DATA", 0},         {"HEADERS", 1},          {"PRIORITY", 2},
    {"RST_STREAM", 3},   {"SETTINGS", 4},         {"PUSH_PROMISE", 5},
    {"PING", 6},         {"GOAWAY", 7},           {"WINDOW_UPDATE", 8},
    {"CONTINUATION", 9}, {"PRIORITY_UPDATE", 16}, {"UNKNOWN", 0x42},
};
const std::map<std::string, uint8_t, std::less<>> kFlags = {
    {"ACK", 1}, {"END_STREAM", 1}, {"END_HEADERS", 4}, {"PADDED", 8}, {"PRIORITISED", 0x20}};
const std::map<std::string, uint32_t, std::less<>> kErrors = {
    {"NO_ERROR", 0},           {"PROTOCOL_ERROR", 1},   {"INTERNAL_ERROR", 2},
    {"FLOW_CONTROL_ERROR", 3}, {"SETTINGS_TIMEOUT", 4}, {"STREAM_CLOSED", 5},
    {"FRAME_SIZE_ERROR", 6},   {"REFUSED_STREAM", 7},   {"CANCEL", 8},
    {"COMPRESSION_ERROR", 9},  {"CONNECT_ERROR", 10},   {"ENHANCE_YOUR_CALM", 11}};

std::string Word32(uint32_t value) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift);
  return bytes;
}

// Words at spaces; those in quotes keep theirs, with `\r \n \t \0` as in C.
Words Split(std::string_view line) {
  Words words;
  bool quoted = false, begun = false;
  for (size_t i = 0; i < line.size(); ++i) {
    char c = line[i];
    if (c == '"') {
      quoted = !quoted;
      if (!begun) words.emplace_back();
      begun = true;
      continue;
    }
    if (c == ' ' && !quoted) {
      begun = false;
      continue;
    }
    if (c == '\\' && quoted && i + 1 < line.size()) {
      const char escaped = line[++i];
      c = escaped == 'r' ? '\r' : escaped == 'n' ? '\n' : escaped == 't' ? '\t' : '\0';
    }
    if (!begun) words.emplace_back();
    begun = true;
    words.back() += c;
  }
  return words;
}

bool IsNumber(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

// What stands for the frame's payload in one word.
std::string Payload(const std::string& word, uint8_t type) {
  if (word.starts_with("hex:")) {
    std::string bytes;
    for (size_t i = 4; i + 1 < word.size(); i += 2)
      bytes += static_cast<char>(std::stoi(word.substr(i, 2), nullptr, 16));
    return bytes;
  }
  if (word.starts_with("text:")) return word.substr(5);
  if (word.starts_with("fill:")) return std::string(std::stoul(word.substr(5)), 'x');
  if (word.starts_with("n:")) return Word32(static_cast<uint32_t>(std::stoul(word.substr(2))));
  if (const auto error = kErrors.find(word); error != kErrors.end()) return Word32(error->second);
  const size_t method = word.find(":/");
  if ((type == 1 || type == 9) && method != std::string::npos && method > 0 &&
      word.find('=') > method) {
    return FrameClient::Block({{":method", word.substr(0, method)},
                               {":scheme", "http"},
                               {":path", word.substr(method + 1)},
                               {":authority", "h"}});
  }
  const size_t equals = word.find('=', 1);
  if (equals == std::string::npos) {
    std::fprintf(stderr, "not understood: %s\n", word.c_str());
    std::abort();
  }
  const std::string name = word.substr(0, equals), value = word.substr(equals + 1);
  if (type == 4) {
    const auto id = static_cast<uint16_t>(std::stoul(name));
    return std::string{static_cast<char>(id >> 8), static_cast<char>(id)} +
           Word32(static_cast<uint32_t>(std::stoul(value)));
  }
  return FrameClient::Block({{name, value}});
}

class Speaker {
 public:
  explicit Speaker(int port) : client_(port) {}

  std::string Greet() { return client_.Greet() ? "" : "the server does not greet"; }

  std::string Say(Words words) {
    size_t times = 1;
    if (words.size() > 2 && words[1] == "times") {
      times = std::stoul(words[0]);
      words.erase(words.begin(), words.begin() + 2);
    }
    std::string bytes;
    for (size_t i = 0; i < times; ++i) bytes += Bytes(words);
    client_.Send(bytes);  // a server that has closed is seen when listening
    return {};
  }

  std::string Hear(const Words& words) {
    if (words[0] == "ALIVE") return client_.Alive() ? "" : "the connection is not alive";
    if (words[0] == "CLOSED") return client_.Closed() ? "" : "the server does not close";
    if (words[0] == "BODY") {
      const std::string body = client_.ReceiveBody(Stream(words[1]));
      return body == Payload(words[2], 0) ? "" : "the body is `" + body.substr(0, 200) + "`";
    }
    const uint8_t type = kTypes.at(words[0]);
    while (true) {
      const std::optional<Frame> frame = client_.Receive();
      if (!frame.has_value()) return "closed, or nothing came";
      const std::string fault = Compare(*frame, type, words);
      if (fault.empty()) return {};
      // What a server sends of its own accord.
      if (frame->type == 8 && type != 8) continue;
      if (frame->type == 4 && (type != 4 || fault == "other flags")) continue;
      return Describe(*frame) + ": " + fault;
    }
  }

 private:
  // `+` the next of the client's, `.` the same again.
  uint32_t Stream(const std::string& word) {
    if (word == "+") return last_ += 2;
    if (word == ".") return last_;
    return static_cast<uint32_t>(std::stoul(word));
  }

  std::string Bytes(const Words& words) {
    if (words[0] == "RAW") {
      std::string bytes;
      for (size_t i = 1; i < words.size(); ++i) bytes += Payload(words[i], 0);
      return bytes;
    }
    Frame frame{.type = kTypes.at(words[0])};
    size_t next = 1;
    if (next < words.size() && (IsNumber(words[next]) || words[next] == "+" || words[next] == "."))
      frame.stream = Stream(words[next++]);
    std::optional<size_t> length;
    for (; next < words.size(); ++next) {
      const std::string& word = words[next];
      if (const auto flag = kFlags.find(word); flag != kFlags.end()) {
        frame.flags |= flag->second;
      } else if (word.starts_with("flags:")) {
        frame.flags |= static_cast<uint8_t>(std::stoul(word.substr(6), nullptr, 0));
      } else if (word.starts_with("length:")) {
        length = std::stoul(word.substr(7));
      } else {
        frame.payload += Payload(word, frame.type);
      }
    }
    std::string bytes = FrameClient::Bytes(frame);
    if (length.has_value()) {
      for (const int at : {0, 1, 2}) bytes[at] = static_cast<char>(*length >> (16 - 8 * at));
    }
    return bytes;
  }

  // How the frame differs from what is expected.
  std::string Compare(const Frame& frame, uint8_t type, const Words& words) {
    if (frame.type != type) return "another type";
    bool ack = false;
    for (size_t i = 1; i < words.size(); ++i) {
      const std::string& word = words[i];
      if (i == 1 && (IsNumber(word) || word == ".")) {
        if (frame.stream != Stream(word)) return "another stream";
      } else if (const auto flag = kFlags.find(word); flag != kFlags.end()) {
        ack = ack || word == "ACK";
        if (!frame.Has(flag->second)) return "other flags";
      } else if (word.starts_with("not:")) {
        if (frame.Has(kFlags.at(word.substr(4)))) return "other flags";
      } else if (type == 1) {
        const size_t equals = word.find('=', 1);
        if (frame.Field(word.substr(0, equals)) != word.substr(equals + 1))
          return "another " + word.substr(0, equals);
      } else if (type == 4) {
        if (frame.payload.find(Payload(word, type)) == std::string::npos) return "other values";
      } else if (type == 3 || type == 7) {
        if (!AnyError(frame.Word(type == 3 ? 0 : 4), word)) return "another error";
      } else if (frame.payload != Payload(word, type)) {
        return "another payload";
      }
    }
    if (type == 4 && !ack && frame.Has(1)) return "other flags";
    return {};
  }

  static bool AnyError(uint32_t error, std::string_view names) {
    while (!names.empty()) {
      const size_t end = names.find('|');
      if (kErrors.find(names.substr(0, end))->second == error) return true;
      names = end == std::string_view::npos ? std::string_view() : names.substr(end + 1);
    }
    return false;
  }

  static std::string Describe(const Frame& frame) {
    std::string text = "type " + std::to_string(frame.type) + " flags " +
                       std::to_string(frame.flags) + " stream " + std::to_string(frame.stream);
    for (const auto& [name, value] : frame.fields) text += " " + name + "=" + value;
    if (frame.type == 3) text += " error " + std::to_string(frame.Word(0));
    if (frame.type == 7)
      text += " error " + std::to_string(frame.Word(4)) + frame.payload.substr(8);
    return text;
  }

  FrameClient client_;
  uint32_t last_ = static_cast<uint32_t>(-1);
};

}  // namespace

std::vector<Conversation> ReadConversations(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::abort();
  }
  std::vector<Conversation> all;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("== ")) {
      all.push_back({.claim = line.substr(3), .file = path, .lines = {}});
    } else if (line == "without greeting") {
      all.back().greets = false;
    } else if (line.starts_with("> ") || line.starts_with("< ")) {
      all.back().lines.push_back(line);
    } else if (!line.empty() && !line.starts_with('#')) {
      std::fprintf(stderr, "%s: not understood: %s\n", path.c_str(), line.c_str());
      std::abort();
    }
  }
  return all;
}

std::string Hold(const Conversation& conversation, int port) {
  Speaker speaker(port);
  std::string fault = conversation.greets ? speaker.Greet() : "";
  for (size_t i = 0; i < conversation.lines.size() && fault.empty(); ++i) {
    const std::string& line = conversation.lines[i];
    const Words words = Split(std::string_view(line).substr(2));
    fault = line[0] == '>' ? speaker.Say(words) : speaker.Hear(words);
    if (!fault.empty()) fault = line + "\n  but: " + fault;
  }
  return fault;
}

}  // namespace forium::gateway
