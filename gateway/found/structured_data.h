// SPDX-License-Identifier: Apache-2.0
// What pages say of themselves to machines: JSON-LD of https://schema.org (DiscussionForumPosting
// with Comments; QAPage when solved; BreadcrumbList), and the tags of a page's head for link
// previews (https://ogp.me, Twitter cards), feeds and oEmbed. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/forium/forum/v1/topics.pb.h"

namespace forium::gateway {

// A whole `<script type="application/ld+json">`. `base`: as public addresses begin. `topic`: with
// category, authors and the posts that the page shows. `address`: the topic's, absolute.
std::string StructuredDataOf(const forum::v1::Topic& topic, std::string_view base,
                             std::string_view address);

struct AlternateLink {
  std::string type = {};     // `application/atom+xml`
  std::string address = {};  // absolute, or a path
};

struct LinkTags {
  std::string type = {};        // `article`, `profile`, `website`
  std::string image = {};       // absolute, 1200 × 630; empty: none
  std::string image_text = {};  // for those who do not see it
  std::vector<AlternateLink> alternates = {};
};

// Title, description and address are told by the document itself.
std::string HeadOf(const LinkTags& tags);

}  // namespace forium::gateway
