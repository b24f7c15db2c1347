// SPDX-License-Identifier: Apache-2.0
// What was found as messages, and the words object of a thread. Pure functions.
#pragma once

#include "services/search/queries/ranking.h"
#include "services/search/queries/snippets.h"
#include "services/search/queries/store.h"

namespace forium::search {

// Made when a thread asks first; it keeps stemmers and buffers.
Words& WordsOfThread();

// All but author, snippet and pieces of the title.
void FillResult(const Ranked& ranked, v1::Result* result);
void FillMember(const User& user, v1::Member* member);
void FillSuggestion(const FoundTopic& topic, Snippets& snippets, v1::TopicSuggestion* suggestion);

}  // namespace forium::search
