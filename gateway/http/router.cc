// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/router.h"

#include <cstdio>
#include <cstdlib>
#include <optional>

#include "gateway/http/url.h"

namespace forium::gateway {

struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> variable;
  std::unique_ptr<Node> rest;
  // Variable names belong to the route, since `/t/{slug}` and `/t/{id}/x` share a node.
  std::map<Method, std::pair<const Route*, std::vector<std::string>>> routes;
};

namespace {

std::string_view NextSegment(std::string_view& path) {
  const size_t slash = path.find('/');
  const std::string_view segment = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  return segment;
}

template <typename Node>
const Node* Walk(const Node& node, std::string_view path, bool more,
                 std::vector<std::string_view>& values) {
  if (!more) return node.routes.empty() ? nullptr : &node;
  std::string_view rest = path;
  const bool last = path.find('/') == std::string_view::npos;
  const std::string_view segment = NextSegment(rest);
  if (const auto literal = node.literals.find(segment); literal != node.literals.end()) {
    if (const Node* found = Walk(*literal->second, rest, !last, values)) return found;
  }
  if (node.variable != nullptr && !segment.empty()) {
    values.push_back(segment);
    if (const Node* found = Walk(*node.variable, rest, !last, values)) return found;
    values.pop_back();
  }
  if (node.rest != nullptr && !path.empty()) {
    values.push_back(path);
    return node.rest.get();
  }
  return nullptr;
}

}  // namespace

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::Add(Method method, std::string_view pattern, Handler handler, RouteOptions options) {
  Node* node = root_.get();
  std::vector<std::string> names;
  std::string_view path = pattern.substr(1);
  for (bool more = true; more;) {
    more = path.find('/') != std::string_view::npos;
    const std::string_view segment = NextSegment(path);
    std::unique_ptr<Node>* next;
    if (segment.starts_with('{')) {
      const bool rest = segment.ends_with("...}");
      names.emplace_back(segment.substr(1, segment.size() - (rest ? 5 : 2)));
      next = rest ? &node->rest : &node->variable;
    } else {
      next = &node->literals[std::string(segment)];
    }
    if (*next == nullptr) *next = std::make_unique<Node>();
    node = next->get();
  }
  routes_.push_back(std::make_unique<Route>(
      Route{method, std::string(pattern), std::move(handler), std::move(options)}));
  if (!node->routes.try_emplace(method, routes_.back().get(), std::move(names)).second) {
    std::fprintf(stderr, "route %s is listed twice\n", routes_.back()->pattern.c_str());
    std::abort();
  }
}

Router::Match Router::Find(Method method, std::string_view path) const {
  Match match;
  if (!path.starts_with('/')) return match;
  std::vector<std::string_view> values;
  const Node* node = Walk(*root_, path.substr(1), true, values);
  if (node == nullptr) return match;
  const auto found = node->routes.find(method);
  if (found == node->routes.end()) {
    for (const auto& [known, route] : node->routes) {
      if (!match.allow.empty()) match.allow += ", ";
      match.allow += known == Method::kGet ? "GET, HEAD" : MethodName(known);
    }
    match.allow += ", OPTIONS";
    return match;
  }
  for (size_t i = 0; i < values.size(); ++i) {
    std::optional<std::string> value = PercentDecode(values[i]);
    if (!value.has_value()) return {};
    match.variables.push_back({found->second.second[i], *std::move(value)});
  }
  match.route = found->second.first;
  return match;
}

}  // namespace forium::gateway
