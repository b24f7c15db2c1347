// SPDX-License-Identifier: Apache-2.0
#include "services/search/index/testing/documents_of.h"

#include <string>

namespace forium::search {

forum::v1::CategoryDocument CategoryOf(int64_t id, std::string_view slug,
                                       type::v1::Role read_role) {
  forum::v1::CategoryDocument category;
  category.set_id(id);
  category.set_slug(std::string(slug));
  category.set_name(std::string(slug));
  category.set_read_role(read_role);
  return category;
}

forum::v1::UserDocument UserOf(int64_t id, std::string_view username,
                               std::string_view display_name) {
  forum::v1::UserDocument user;
  user.set_id(id);
  user.set_username(std::string(username));
  user.set_display_name(std::string(display_name));
  user.set_role(type::v1::MEMBER_ROLE);
  return user;
}

forum::v1::TopicDocument TopicOf(int64_t id, int64_t category_id, std::string_view title,
                                 const std::vector<std::string_view>& tags) {
  forum::v1::TopicDocument topic;
  topic.set_id(id);
  topic.set_category_id(category_id);
  topic.set_author_id(1);
  topic.set_title(std::string(title));
  topic.set_slug("topic-" + std::to_string(id));
  for (const std::string_view tag : tags) topic.add_tags(std::string(tag));
  topic.mutable_created_at()->set_seconds(kFirstSecond + id * 60);
  topic.mutable_bumped_at()->set_seconds(kFirstSecond + id * 60);
  topic.set_posts_count(1);
  topic.set_visible(true);
  return topic;
}

forum::v1::PostDocument PostOf(int64_t id, int64_t topic_id, int32_t number, std::string_view text,
                               int64_t author_id) {
  forum::v1::PostDocument post;
  post.set_id(id);
  post.set_topic_id(topic_id);
  post.set_number(number);
  post.set_author_id(author_id);
  post.mutable_created_at()->set_seconds(kFirstSecond + id * 60);
  post.set_visible(true);
  post.set_text(std::string(text));
  return post;
}

forum::v1::PostDocument GonePostOf(int64_t id, int64_t topic_id) {
  forum::v1::PostDocument post;
  post.set_id(id);
  post.set_topic_id(topic_id);
  return post;
}

}  // namespace forium::search
