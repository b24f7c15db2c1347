// SPDX-License-Identifier: Apache-2.0
#include "gateway/ssr/vm.h"

#include <mutex>
#include <utility>
#include <vector>

#include "gateway/ssr/javascriptcore.h"
#include "gateway/ssr/utf16.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

struct ReleaseString {
  void operator()(JSStringRef text) const { JSStringRelease(text); }
};
using String = std::unique_ptr<OpaqueJSString, ReleaseString>;

String MakeString(const char* text) { return String(JSStringCreateWithUTF8CString(text)); }

std::string Text(JSStringRef text) {
  static_assert(sizeof(JSChar) == sizeof(char16_t));
  const auto* characters = reinterpret_cast<const char16_t*>(JSStringGetCharactersPtr(text));
  return ToUtf8({characters, JSStringGetLength(text)});
}

// Before the first machine: a third of the memory that the defaults take, for the same time a page.
void SetOptions() {
  static std::once_flag once;
  std::call_once(once, [] {
    // The heap grows as if the machine had this much, instead of a quarter of what it has.
    jsc_options_set_size("forceRAMSize", 96ul << 20);
    jsc_options_set_uint("numberOfGCMarkers", 1);
    // What is made before a collection: ten pages, instead of two.
    jsc_options_set_uint("smallHeapSize", 8u << 20);
    // The last tier of compilation gains nothing on pages.
    jsc_options_set_boolean("useFTLJIT", 0);
    jsc_options_set_boolean("useWasm", 0);
  });
}

}  // namespace

struct Vm::State {
  JSContextGroupRef group = nullptr;
  JSGlobalContextRef context = nullptr;
  JSObjectRef render = nullptr;
  bool spent = false;
  std::vector<char16_t> buffer;  // for the props on their way in
  std::string shared;            // what `shared_value` says
  JSValueRef shared_value = nullptr;

  ~State() {
    if (context != nullptr) JSGlobalContextRelease(context);
    if (group != nullptr) JSContextGroupRelease(group);
  }

  static bool Terminate(JSContextRef, void* closure) {
    static_cast<State*>(closure)->spent = true;
    return true;
  }

  JSValueRef MakeText(std::string_view text) {
    ToUtf16(text, buffer);
    const String string(JSStringCreateWithCharacters(reinterpret_cast<const JSChar*>(buffer.data()),
                                                     buffer.size()));
    return JSValueMakeString(context, string.get());
  }

  // The same value for the same text, so that the script sees at a glance that nothing changed.
  JSValueRef MakeShared(std::string_view text) {
    if (shared_value == nullptr || shared != text) {
      if (shared_value != nullptr) JSValueUnprotect(context, shared_value);
      shared_value = MakeText(text);
      JSValueProtect(context, shared_value);
      shared = text;
    }
    return shared_value;
  }

  // What the script threw.
  std::string CauseOf(JSValueRef exception) const {
    if (spent) return "it took too long and was ended";
    if (exception == nullptr) return "without an exception";
    const String text(JSValueToStringCopy(context, exception, nullptr));
    return text == nullptr ? "with an exception that has no text" : Text(text.get());
  }

  absl::Status Failure(JSValueRef exception) const {
    return status::Internal("a page does not render: " + CauseOf(exception));
  }
  // At the start, for whoever starts the server.
  absl::Status BrokenBundle(JSValueRef exception) const {
    return status::Error(absl::StatusCode::kInternal, type::v1::INTERNAL,
                         "The bundle that renders pages does not run: " + CauseOf(exception));
  }
};

Vm::Vm(std::unique_ptr<State> state) : state_(std::move(state)) {}
Vm::~Vm() = default;

absl::StatusOr<std::unique_ptr<Vm>> Vm::Create(std::string_view bundle, absl::Duration limit) {
  SetOptions();
  auto state = std::make_unique<State>();
  state->group = JSContextGroupCreate();
  state->context = JSGlobalContextCreateInGroup(state->group, nullptr);
  JSContextGroupSetExecutionTimeLimit(state->group, absl::ToDoubleSeconds(limit), State::Terminate,
                                      state.get());
  JSValueRef exception = nullptr;
  const String script = MakeString(std::string(bundle).c_str());
  const String address = MakeString("render.js");
  if (JSEvaluateScript(state->context, script.get(), nullptr, address.get(), 1, &exception) ==
      nullptr) {
    return state->BrokenBundle(exception);
  }
  const JSObjectRef global = JSContextGetGlobalObject(state->context);
  const JSValueRef render =
      JSObjectGetProperty(state->context, global, MakeString("render").get(), &exception);
  if (render == nullptr || !JSValueIsObject(state->context, render) ||
      !JSObjectIsFunction(state->context, const_cast<JSObjectRef>(render))) {
    return state->BrokenBundle(exception);
  }
  state->render = const_cast<JSObjectRef>(render);
  JSValueProtect(state->context, render);
  return std::unique_ptr<Vm>(new Vm(std::move(state)));
}

absl::StatusOr<std::string> Vm::Render(std::string_view props, std::string_view shared) {
  const JSContextRef context = state_->context;
  JSValueRef exception = nullptr;
  const JSValueRef arguments[] = {state_->MakeText(props), state_->MakeShared(shared)};
  const JSValueRef result = JSObjectCallAsFunction(context, state_->render, nullptr,
                                                   std::size(arguments), arguments, &exception);
  if (result == nullptr) return state_->Failure(exception);
  if (!JSValueIsString(context, result)) return state_->Failure(nullptr);
  const String html(JSValueToStringCopy(context, result, &exception));
  if (html == nullptr) return state_->Failure(exception);
  return Text(html.get());
}

bool Vm::spent() const { return state_->spent; }

void Vm::CollectGarbage() {
  JSSynchronousGarbageCollectForDebugging(state_->context);
  bmalloc::api::scavenge();
  std::vector<char16_t>().swap(state_->buffer);
}

}  // namespace forium::gateway
