// SPDX-License-Identifier: Apache-2.0
// The page of results, and how the index is for those who look after the community.
#include <algorithm>
#include <optional>

#include "gateway/http/ascii.h"
#include "gateway/http/url.h"
#include "gateway/pages/loaders.h"
#include "proto/forium/search/v1/administration.json.h"
#include "proto/forium/search/v1/search.json.h"
#include "services/base/status/macros.h"

namespace forium::gateway {
namespace {

constexpr int kModerator = 2;
constexpr int kPageSize = 20;
// Members stand above topics when what was typed may be a name; more are found by the API.
constexpr int kMembers = 4;
constexpr size_t kLongestName = 40;
constexpr int kDays = 30;

// What was typed, as text in every case: nobody types control characters or half a letter.
std::string TypedText(const Request& request) {
  std::string typed = QueryText(request, "q");
  const bool text = IsValidUtf8(typed);
  std::erase_if(typed, [&](unsigned char byte) { return byte == 0x7f || (!text && byte >= 0x80); });
  std::replace_if(
      typed.begin(), typed.end(), [](unsigned char byte) { return byte < ' '; }, ' ');
  return typed;
}

// One word, or two, without operators, or a name as it is mentioned.
bool MayBeName(std::string_view typed) {
  return !typed.empty() && typed.size() <= kLongestName &&
         std::count(typed.begin(), typed.end(), ' ') <= 1 &&
         typed.find_first_of(":\"") == std::string_view::npos && !typed.starts_with('-');
}

// `ready`, `off`: nothing can be searched here, `building`: not yet, `away`.
std::string_view StateOf(const absl::Status& status) {
  if (status.ok()) return "ready";
  return absl::IsUnavailable(status) ? "building" : "away";
}

template <typename T>
void AppendOrNull(const absl::StatusOr<T>& answer, std::string* json) {
  if (answer.ok()) {
    AppendJson(*answer, json);
  } else {
    json->append("null");
  }
}

Page ResultsPage(const std::string& typed, std::string_view state, int64_t before) {
  Page page;
  page.name = "search";
  page.index = false;
  page.data = Concat({"{\"q\":", Quoted(typed), ",\"state\":", Quoted(state),
                      ",\"before\":", std::to_string(before)});
  return page;
}

}  // namespace

PageMaker::Answer SearchPage(PageMaker& maker, Request& request) {
  const std::string typed = TypedText(request);
  rpc::Channel* service = maker.services().search;
  search::v1::SearchRequest call;
  call.set_q(typed);
  call.set_page_size(kPageSize);
  call.set_page_token(QueryText(request, "page_token"));
  call.set_facets(call.page_token().empty());
  const bool blank = typed.find_first_not_of(' ') == std::string::npos;
  std::optional<PendingCall> results;
  std::optional<PendingCall> members;
  if (service != nullptr && !blank) {
    results.emplace(Start(*service, "forium.search.v1.SearchService.Search", call, request));
    if (call.facets() && MayBeName(typed)) {
      search::v1::SearchMembersRequest people;
      people.set_q(typed.starts_with('@') ? typed.substr(1) : typed);
      people.set_page_size(kMembers);
      members.emplace(
          Start(*service, "forium.search.v1.SearchService.SearchMembers", people, request));
    }
  }
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));

  absl::StatusOr<search::v1::SearchResponse> found = search::v1::SearchResponse();
  if (results) found = Parsed<search::v1::SearchResponse>(co_await results->Wait(request));
  if (absl::IsInvalidArgument(found.status()) && !call.page_token().empty()) {
    co_return PageMaker::Redirect(request, Concat({"/search?q=", PercentEncode(typed)}), 303);
  }
  Page page = ResultsPage(typed, service == nullptr ? "off" : StateOf(found.status()),
                          NumberOf(QueryText(request, "before")));
  page.data += ",\"found\":";
  if (!results) found = absl::NotFoundError("");
  AppendOrNull(found, &page.data);
  page.data += ",\"members\":";
  absl::StatusOr<search::v1::SearchMembersResponse> people = absl::NotFoundError("");
  if (members) people = Parsed<search::v1::SearchMembersResponse>(co_await members->Wait(request));
  AppendOrNull(people, &page.data);
  page.data += '}';
  const std::string_view title =
      TitleText(Title::kSearch, PageMaker::LocaleOf(request, *parts.site));
  page.title = blank ? std::string(title) : Concat({typed, " · ", title});
  co_return co_await maker.Make(request, std::move(parts), std::move(page));
}

PageMaker::Answer AdminSearchPage(PageMaker& maker, Request& request) {
  CO_RETURN_IF_ERROR(RequireLevel(request, kModerator));
  rpc::Channel* service = maker.services().search;
  std::optional<PendingCall> index;
  std::optional<PendingCall> analytics;
  if (service != nullptr) {
    index.emplace(Start(*service, "forium.search.v1.SearchService.GetIndex",
                        search::v1::GetIndexRequest(), request));
    search::v1::GetSearchAnalyticsRequest call;
    call.set_days(kDays);
    analytics.emplace(
        Start(*service, "forium.search.v1.SearchService.GetSearchAnalytics", call, request));
  }
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));
  Page page;
  page.name = "admin-search";
  page.index = false;
  page.data = "{\"index\":";
  absl::StatusOr<search::v1::Index> state = absl::UnavailableError("");
  if (index) state = Parsed<search::v1::Index>(co_await index->Wait(request));
  AppendOrNull(state, &page.data);
  page.data += ",\"analytics\":";
  absl::StatusOr<search::v1::SearchAnalytics> counts = absl::UnavailableError("");
  if (analytics) counts = Parsed<search::v1::SearchAnalytics>(co_await analytics->Wait(request));
  AppendOrNull(counts, &page.data);
  page.data += Concat({",\"off\":", service == nullptr ? "true" : "false", "}"});
  page.title = TitleText(Title::kSearch, PageMaker::LocaleOf(request, *parts.site));
  co_return co_await maker.Make(request, std::move(parts), std::move(page));
}

}  // namespace forium::gateway
