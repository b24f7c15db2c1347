// SPDX-License-Identifier: Apache-2.0
// Preview images of pages: what is on the card of each, and the tags that lead to it.
#pragma once

#include <string>

#include "gateway/found/structured_data.h"
#include "gateway/pages/page_maker.h"
#include "gateway/preview/preview_image.h"
#include "proto/forium/forum/v1/topics.pb.h"

namespace forium::gateway {

// `topic`: with category and authors.
PreviewCard CardOf(const forum::v1::Topic& topic, const SiteFacts& site);
PreviewCard CardOf(const CategoryFacts& category, const SiteFacts& site);
PreviewCard CardOf(const SiteFacts& site);

// `/preview/{name}.png` as the page's image; none where the outside address is not known.
void AddPreview(const PageMaker& maker, const std::string& name, const PreviewCard& card,
                LinkTags& tags);

}  // namespace forium::gateway
