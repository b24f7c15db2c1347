// SPDX-License-Identifier: Apache-2.0
#include "services/forum/posts.h"

#include "gmock/gmock.h"
#include "services/forum/testing/forum_fixture.h"

namespace forium::forum {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PostsTest : public ForumFixture {
 protected:
  absl::StatusOr<v1::Post> Edit(const type::v1::Principal& who, const v1::Post& post,
                                const std::string& raw, int revision) {
    v1::UpdatePostRequest request;
    request.set_id(post.id());
    request.set_raw(raw);
    request.set_revision(revision);
    return UpdatePost(As(who), request);
  }
  absl::StatusOr<v1::Post> Delete(const type::v1::Principal& who, const v1::Post& post) {
    v1::DeletePostRequest request;
    request.set_id(post.id());
    request.set_reason("for a reason");
    return DeletePost(As(who), request);
  }
  absl::StatusOr<v1::Post> Restore(const type::v1::Principal& who, const v1::Post& post) {
    v1::RestorePostRequest request;
    request.set_id(post.id());
    return RestorePost(As(who), request);
  }
  absl::StatusOr<v1::Post> Hide(const v1::Post& post, bool hidden) {
    v1::HidePostRequest request;
    request.set_id(post.id());
    request.set_hidden(hidden);
    return HidePost(As(mod_), request);
  }
  absl::StatusOr<v1::Post> Like(const type::v1::Principal& who, const v1::Post& post,
                                bool like = true) {
    if (like) {
      v1::PutReactionRequest request;
      request.set_post_id(post.id());
      request.set_kind("like");
      return PutReaction(As(who), request);
    }
    v1::DeleteReactionRequest request;
    request.set_post_id(post.id());
    request.set_kind("like");
    return DeleteReaction(As(who), request);
  }
  absl::StatusOr<v1::Post> Get(const type::v1::Principal& who, const v1::Post& post) {
    v1::GetPostRequest request;
    request.set_id(post.id());
    return GetPost(As(who), request);
  }
};
FORIUM_ON_EVERY_ENGINE(PostsTest);

TEST_P(PostsTest, RepliesAreNumberedAndCounted) {
  const v1::Topic topic = Topic(ann_, Category("General"), "Topic", {"tag"});
  const v1::Post first = Reply(ben_, topic, "One *reply*", 1);
  EXPECT_EQ(first.number(), 2);
  EXPECT_EQ(first.html(), "<p>One <em>reply</em></p>\n");
  EXPECT_EQ(first.raw(), "One *reply*");
  EXPECT_EQ(first.reply_to_author_id(), ann_.user_id());
  EXPECT_EQ(first.topic_slug(), "topic");
  EXPECT_TRUE(first.can_edit());
  EXPECT_EQ(Reply(mod_, topic).number(), 3);
  const v1::Topic page = Page(nobody_, topic.id()).value();
  EXPECT_EQ(page.posts_count(), 3);
  EXPECT_EQ(page.participants_count(), 3);
  EXPECT_THAT(page.recent_poster_ids(), ElementsAre(13, 12, 11));
  EXPECT_EQ(page.posts(0).replies_count(), 1);
  EXPECT_EQ(page.authors_size(), 3);
  EXPECT_EQ(page.posts(1).raw(), "");
  EXPECT_EQ(ReasonIn(TryReply(ben_, topic.id(), "x", 99).status()), Reason::INVALID_FIELD);
  EXPECT_EQ(ReasonIn(TryReply(ben_, 9999, "x").status()), Reason::NOT_FOUND);
  ExpectExactCounters();
}

TEST_P(PostsTest, ReplyTakesFewStatements) {
  const v1::Topic topic = Topic(ann_, Category("General"), "Topic", {"tag"});
  Reply(ben_, topic);
  v1::CreatePostRequest request;
  request.set_topic_id(topic.id());
  request.set_raw("again");
  database::StatementCounter counter;
  ASSERT_TRUE(CreatePost(As(ben_), request).ok());
  EXPECT_LE(counter.count(), 10);
}

TEST_P(PostsTest, SameRequestIdMakesOneReply) {
  const v1::Topic topic = Topic(ann_, Category("General"), "Topic");
  v1::CreatePostRequest request;
  request.set_topic_id(topic.id());
  request.set_raw("once");
  request.set_request_id("r");
  const v1::Post first = CreatePost(As(ben_), request).value();
  EXPECT_EQ(CreatePost(As(ben_), request).value().id(), first.id());
  request.set_raw("other");
  EXPECT_EQ(ReasonIn(CreatePost(As(ben_), request).status()), Reason::REQUEST_ID_REUSED);
  EXPECT_EQ(Page(ann_, topic.id()).value().posts_count(), 2);
}

TEST_P(PostsTest, PagesGoBothWays) {
  const v1::Topic topic = Topic(ann_, Category("General"), "Topic");
  for (int i = 2; i <= 10; ++i) Reply(ben_, topic);
  v1::Topic page = Page(nobody_, topic.id(), 5, 3).value();  // 4, 5, 6
  ASSERT_EQ(page.posts_size(), 3);
  EXPECT_EQ(page.posts(0).number(), 4);

  v1::ListPostsRequest request;
  request.set_topic_id(topic.id());
  request.set_page_size(3);
  request.set_page_token(page.next_page_token());
  auto list = Parsed<v1::ListPostsResponse>(ListPosts(As(nobody_), request)).value();
  EXPECT_EQ(list.posts(0).number(), 7);
  request.set_page_token(list.next_page_token());
  list = Parsed<v1::ListPostsResponse>(ListPosts(As(nobody_), request)).value();
  ASSERT_EQ(list.posts_size(), 1);
  EXPECT_EQ(list.posts(0).number(), 10);
  EXPECT_EQ(list.next_page_token(), "");
  request.set_page_token(list.previous_page_token());
  list = Parsed<v1::ListPostsResponse>(ListPosts(As(nobody_), request)).value();
  EXPECT_EQ(list.posts(0).number(), 7);
  EXPECT_EQ(list.posts(2).number(), 9);
  request.set_page_token(page.previous_page_token());
  list = Parsed<v1::ListPostsResponse>(ListPosts(As(nobody_), request)).value();
  EXPECT_EQ(list.posts(0).number(), 1);
  EXPECT_EQ(list.previous_page_token(), "");
  // Past the end is the last page.
  EXPECT_EQ(Page(nobody_, topic.id(), 500, 3).value().posts(0).number(), 10);

  request.set_page_token("nonsense");
  EXPECT_EQ(ReasonIn(ListPosts(As(nobody_), request).status()), Reason::INVALID_PAGE_TOKEN);
  const v1::Topic other = Topic(ann_, Category("Else"), "Else");
  request.set_topic_id(other.id());
  request.set_page_token(page.next_page_token());
  EXPECT_EQ(ReasonIn(ListPosts(As(nobody_), request).status()), Reason::INVALID_PAGE_TOKEN);
}

TEST_P(PostsTest, EditKeepsTheEarlierTextAndDetectsConflicts) {
  const v1::Topic topic = Topic(ann_, Category("General"), "Topic");
  const v1::Post post = Reply(ben_, topic, "first");
  const v1::Post edited = Edit(ben_, post, "second", 1).value();
  EXPECT_EQ(edited.revision(), 2);
  EXPECT_EQ(edited.html(), "<p>second</p>\n");
  EXPECT_EQ(Edit(ben_, post, "second", 2).value().revision(), 2);  // nothing changed

  const absl::Status conflict = Edit(ben_, post, "third", 1).status();
  EXPECT_EQ(conflict.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonIn(conflict), Reason::EDIT_CONFLICT);
  EXPECT_EQ(status::DetailOf(conflict).metadata().at("current_revision"), "2");
  EXPECT_EQ(status::DetailOf(conflict).metadata().at("current_raw"), "second");
  EXPECT_EQ(ReasonIn(Edit(ann_, post, "mine", 2).status()), Reason::PERMISSION_DENIED);
  EXPECT_EQ(Edit(mod_, post, "moderated", 2).value().revision(), 3);

  v1::ListRevisionsRequest request;
  request.set_post_id(post.id());
  request.set_page_size(2);
  v1::ListRevisionsResponse revisions = ListRevisions(As(nobody_), request).value();
  ASSERT_EQ(revisions.revisions_size(), 2);
  EXPECT_EQ(revisions.revisions(0).raw(), "moderated");
  EXPECT_EQ(revisions.revisions(0).author_id(), mod_.user_id());
  EXPECT_EQ(revisions.revisions(1).raw(), "second");
  request.set_page_token(revisions.next_page_token());
  revisions = ListRevisions(As(nobody_), request).value();
  ASSERT_EQ(revisions.revisions_size(), 1);
  EXPECT_EQ(revisions.revisions(0).raw(), "first");
  EXPECT_EQ(revisions.revisions(0).author_id(), ben_.user_id());
  EXPECT_EQ(revisions.next_page_token(), "");
}

TEST_P(PostsTest, DeletedTextIsForItsAuthorAndModerators) {
  const v1::Topic topic = Topic(ann_, Category("General"), "Topic");
  const v1::Post post = Reply(ben_, topic, "secret words");
  Like(ann_, post).value();
  EXPECT_EQ(ReasonIn(Delete(ann_, post).status()), Reason::PERMISSION_DENIED);
  EXPECT_EQ(Delete(ben_, post).value().state(), v1::DELETED);
  ExpectExactCounters();

  for (const auto* reader : {&nobody_, &ann_}) {
    const v1::Topic page = Page(*reader, topic.id()).value();
    EXPECT_EQ(page.posts(1).state(), v1::DELETED);
    EXPECT_EQ(page.posts(1).html(), "");
    EXPECT_EQ(page.posts_count(), 1);
    EXPECT_EQ(page.likes_count(), 0);
    EXPECT_EQ(page.participants_count(), 1);
    EXPECT_EQ(page.last_poster_id(), ann_.user_id());
    EXPECT_THAT(page.DebugString(), ::testing::Not(HasSubstr("secret")));
    EXPECT_THAT(page.DebugString(), ::testing::Not(HasSubstr("for a reason")));
    EXPECT_THAT(Get(*reader, post).value().DebugString(), ::testing::Not(HasSubstr("secret")));
    v1::ListRevisionsRequest request;
    request.set_post_id(post.id());
    EXPECT_EQ(ReasonIn(ListRevisions(As(*reader), request).status()), Reason::NOT_FOUND);
  }
  EXPECT_THAT(Page(ben_, topic.id()).value().posts(1).html(), HasSubstr("secret"));
  EXPECT_TRUE(Page(ben_, topic.id()).value().posts(1).can_delete());
  EXPECT_THAT(Page(mod_, topic.id()).value().posts(1).html(), HasSubstr("secret"));

  EXPECT_EQ(Restore(ben_, post).value().state(), v1::VISIBLE);
  EXPECT_EQ(Page(nobody_, topic.id()).value().likes_count(), 1);
  ExpectExactCounters();
  EXPECT_EQ(Delete(mod_, post).value().state(), v1::REMOVED);
  EXPECT_EQ(ReasonIn(Restore(ben_, post).status()), Reason::PERMISSION_DENIED);
  EXPECT_EQ(Page(ben_, topic.id()).value().posts(1).html(), "");
  EXPECT_TRUE(Restore(mod_, post).ok());
  EXPECT_EQ(ReasonIn(Delete(ann_, Page(ann_, topic.id()).value().posts(0)).status()),
            Reason::WRONG_STATE);
  ExpectExactCounters();
}

TEST_P(PostsTest, HiddenFirstPostLeavesNoExcerpt) {
  const v1::Topic topic = Topic(ann_, Category("General"), "Topic");
  const v1::Post first = topic.posts(0);
  ASSERT_TRUE(Hide(first, true).ok());
  EXPECT_THAT(Page(nobody_, topic.id()).value().DebugString(),
              ::testing::Not(HasSubstr("The text of")));
  EXPECT_EQ(Page(ann_, topic.id()).value().posts(0).html(), "");
  EXPECT_EQ(ReasonIn(Edit(ann_, first, "x", 1).status()), Reason::WRONG_STATE);
  ExpectExactCounters();
  ASSERT_TRUE(Hide(first, false).ok());
  EXPECT_EQ(Page(nobody_, topic.id()).value().excerpt(), "The text of Topic");
  ExpectExactCounters();
}

TEST_P(PostsTest, LikesCountOnce) {
  const v1::Topic topic = Topic(ann_, Category("General"), "Topic");
  const v1::Post post = Reply(ben_, topic);
  EXPECT_EQ(ReasonIn(Like(ben_, post).status()), Reason::PERMISSION_DENIED);
  EXPECT_EQ(Like(ann_, post).value().likes_count(), 1);
  EXPECT_EQ(Like(ann_, post).value().likes_count(), 1);
  EXPECT_TRUE(Page(ann_, topic.id()).value().posts(1).liked());
  EXPECT_FALSE(Page(mod_, topic.id()).value().posts(1).liked());
  EXPECT_EQ(Page(mod_, topic.id()).value().likes_count(), 1);
  ExpectExactCounters();
  EXPECT_EQ(Like(ann_, post, false).value().likes_count(), 0);
  EXPECT_EQ(Like(ann_, post, false).value().likes_count(), 0);
  ExpectExactCounters();
}

TEST_P(PostsTest, OneReplySolvesATopic) {
  const v1::Topic topic = Topic(ann_, Category("General"), "Topic");
  const v1::Post first = Reply(ben_, topic), second = Reply(mod_, topic);
  const auto accept = [&](const type::v1::Principal& who, const v1::Post& post, bool accepted) {
    v1::AcceptPostRequest request;
    request.set_id(post.id());
    request.set_accepted(accepted);
    return AcceptPost(As(who), request);
  };
  EXPECT_EQ(ReasonIn(accept(ben_, first, true).status()), Reason::PERMISSION_DENIED);
  EXPECT_TRUE(accept(ann_, first, true).value().accepted());
  EXPECT_TRUE(accept(ann_, second, true).value().accepted());
  v1::Topic page = Page(nobody_, topic.id()).value();
  EXPECT_EQ(page.accepted_post_number(), 3);
  EXPECT_FALSE(page.posts(1).accepted());
  EXPECT_TRUE(page.posts(2).accepted());
  EXPECT_FALSE(accept(ann_, second, false).value().accepted());
  EXPECT_EQ(Page(nobody_, topic.id()).value().accepted_post_number(), 0);
  EXPECT_EQ(ReasonIn(accept(ann_, topic.posts(0), true).status()), Reason::WRONG_STATE);
}

}  // namespace
}  // namespace forium::forum
