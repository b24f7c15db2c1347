// SPDX-License-Identifier: Apache-2.0
#include "gateway/api/transcoder.h"

#include <cstdio>
#include <cstdlib>

#include "absl/time/clock.h"
#include "gateway/api/fields.h"
#include "gateway/api/form.h"
#include "gateway/http/ascii.h"
#include "gateway/http/problem.h"
#include "gateway/http/url.h"
#include "google/protobuf/util/json_util.h"
#include "proto/forium/auth/v1/auth.pb.h"
#include "proto/forium/forum/v1/posts.pb.h"
#include "proto/forium/search/v1/search.json.h"
#include "proto/forium/search/v1/search.pb.h"
#include "proto/google/api/httpbody.pb.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

using google::protobuf::Message;

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor* type) {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

template <typename Answer>
void Append(const Message& message, std::string* json) {
  AppendJson(static_cast<const Answer&>(message), json);
}

// Large answers that are asked for often have writers of their own, ten times as fast. Null: none.
auto WriterOf(const Message& message) -> void (*)(const Message&, std::string*) {
  const google::protobuf::Descriptor* const type = message.GetDescriptor();
  if (type == search::v1::SearchResponse::descriptor()) return Append<search::v1::SearchResponse>;
  if (type == search::v1::SuggestResponse::descriptor()) return Append<search::v1::SuggestResponse>;
  if (type == search::v1::ListSimilarTopicsResponse::descriptor()) {
    return Append<search::v1::ListSimilarTopicsResponse>;
  }
  return nullptr;
}

absl::StatusOr<std::string> Print(const Message& message) {
  if (const auto write = WriterOf(message); write != nullptr) {
    std::string json;
    write(message, &json);
    return json;
  }
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) {
    return status::Internal("an answer cannot be printed as JSON");
  }
  return json;
}

bool IsCreate(const Endpoint& endpoint) {
  return endpoint.method == Method::kPost && endpoint.rpc->name().starts_with("Create");
}

// Content-Type, body and the fields that depend on the kind of message.
absl::StatusOr<Response> PrintAnswer(const Endpoint& endpoint, Message& message) {
  if (message.GetDescriptor() == google::api::HttpBody::descriptor()) {
    auto& body = static_cast<google::api::HttpBody&>(message);
    Response response;
    response.Add("Content-Type",
                 body.content_type().empty() ? "application/json" : body.content_type());
    response.body = std::move(*body.mutable_data());
    return response;
  }
  if (message.GetDescriptor()->full_name() == "google.protobuf.Empty") return Response::Empty();
  ASSIGN_OR_RETURN(std::string json, Print(message));
  Response response = Response::Json(std::move(json), IsCreate(endpoint) ? 201 : 200);
  if (message.GetDescriptor() == forum::v1::Post::descriptor()) {
    const auto& post = static_cast<const forum::v1::Post&>(message);
    if (endpoint.rpc->name() == "GetPost" || endpoint.rpc->name() == "UpdatePost") {
      response.Add("ETag", "\"" + std::to_string(post.revision()) + "\"");
    }
  }
  return response;
}

}  // namespace

Transcoder::Transcoder(Services services, Identities& identities, Announce announce, Render render)
    : identities_(identities), announce_(std::move(announce)), render_(std::move(render)) {
  const auto add = [this](const char* name, rpc::Channel* channel) {
    const auto* service =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
    if (service == nullptr) {
      std::fprintf(stderr, "the service %s is not linked\n", name);
      std::abort();
    }
    for (Endpoint& endpoint : EndpointsOf(*service, channel)) {
      endpoints_.push_back(std::make_unique<Endpoint>(std::move(endpoint)));
    }
  };
  add("forium.auth.v1.AuthService", &services.auth);
  add("forium.forum.v1.ForumService", &services.forum);
  if (services.search != nullptr) add("forium.search.v1.SearchService", services.search);
}

void Transcoder::AddRoutes(Router& router) const {
  for (const auto& endpoint : endpoints_) {
    router.Add(
        endpoint->method, endpoint->pattern,
        [this, &endpoint = *endpoint](Request& request) { return Serve(endpoint, request); });
  }
}

boost::asio::awaitable<absl::StatusOr<Response>> Transcoder::Serve(const Endpoint& endpoint,
                                                                   Request& request) const {
  absl::StatusOr<Response> response = co_await CallAndPrint(endpoint, request);
  if (response.ok()) {
    // The API's answers are the caller's own.
    if (response->Header("cache-control").empty())
      response->Add("Cache-Control", "private, no-cache");
  } else if (request.is_form && IsLocalPath(FormControl(request, "_page"))) {
    co_return co_await ShowFormAgain(request, response.status());
  }
  co_return response;
}

boost::asio::awaitable<absl::StatusOr<Response>> Transcoder::CallAndPrint(const Endpoint& endpoint,
                                                                          Request& request) const {
  const std::unique_ptr<Message> message = NewMessage(endpoint.rpc->input_type());
  CO_RETURN_IF_ERROR(BindRequest(endpoint, request, *message));
  rpc::Reply reply = co_await Call(*endpoint.channel, endpoint.rpc->full_name(), *message, request);
  if (!reply.status.ok()) co_return std::move(reply.status);
  const std::unique_ptr<Message> answer = NewMessage(endpoint.rpc->output_type());
  if (!answer->ParseFromString(reply.body)) co_return status::Internal("an answer does not parse");
  if (endpoint.method != Method::kGet) AfterChange(endpoint, request);

  CO_ASSIGN_OR_RETURN(Response response, PrintAnswer(endpoint, *answer));
  if (request.is_form) {
    if (const std::string_view next = FormControl(request, "_next"); !next.empty()) {
      response = Response::Redirect(NextPath(next, *answer));
    }
  }
  if (answer->GetDescriptor() == auth::v1::Session::descriptor()) {
    const auto& session = static_cast<const auth::v1::Session&>(*answer);
    if (!session.token().empty()) {
      const absl::Duration age =
          absl::FromUnixSeconds(session.expires_at().seconds()) - absl::Now();
      response.Add("Set-Cookie", identities_.cookie().Set(session.token(), age));
      response.Set("Cache-Control", "no-store");
    }
  }
  if (endpoint.rpc->name() == "DeleteSession" && request.Variable("session") == "current" &&
      !request.bearer) {
    response.Add("Set-Cookie", identities_.cookie().Clear());
  }
  co_return response;
}

boost::asio::awaitable<Response> Transcoder::ShowFormAgain(Request& request,
                                                           absl::Status error) const {
  const std::string page(FormControl(request, "_page"));
  request.form_json = FailedForm(request, error);
  const std::string_view path = request.path;
  const std::string_view raw_query = request.raw_query;
  std::string_view rest = page;
  request.path = TakeUntil(rest, '?');
  request.raw_query = rest;
  request.method = Method::kGet;
  Response response = co_await render_(request);
  if (response.status == 200) response.status = status::HttpStatus(error);
  request.path = path;  // `page` ends here
  request.raw_query = raw_query;
  co_return response;
}

void Transcoder::AfterChange(const Endpoint& endpoint, const Request& request) const {
  const std::string& name = endpoint.rpc->name();
  if (endpoint.rpc->service()->full_name() == "forium.auth.v1.AuthService")
    identities_.Forget(request.session_token);
  events::v1::Event event;
  if (name == "UpdateSite" || name == "RedeemLink") event.mutable_site_changed();
  if (name.ends_with("Category")) event.mutable_category_changed();
  if (event.body_case() != events::v1::Event::BODY_NOT_SET) announce_(event);
}

}  // namespace forium::gateway
