// SPDX-License-Identifier: Apache-2.0
// What sites that embed links are told of a topic (https://oembed.com, 1.0): type `rich`, a small
// card of plain HTML without scripts. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace forium::gateway {

struct EmbeddedTopic {
  std::string title = {};
  std::string address = {};  // absolute
  std::string excerpt = {};  // plain text
  std::string author = {};   // shown name; empty: the account is gone
  std::string author_address = {};
  std::string site = {};
  std::string site_address = {};
  std::string image = {};  // 1200 × 630; empty: none
  int max_width = 0;       // 0: no wish
  int max_height = 0;
};

std::string OembedJsonOf(const EmbeddedTopic& topic);
std::string OembedXmlOf(const EmbeddedTopic& topic);

// The path of `address` when it is a page of this site: `base` is `https://forum.example`. Empty:
// it is somebody else's, or no address. Query and fragment are left out.
std::string PathWithin(std::string_view address, std::string_view base);

}  // namespace forium::gateway
