// SPDX-License-Identifier: Apache-2.0
// What moderators do to a topic as a whole.
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/fields.h"
#include "services/forum/topic_changes.h"
#include "services/forum/topics.h"
#include "services/forum/visibility.h"

namespace forium::forum {
namespace {

using Action = v1::ModerateTopicRequest;

// The small action that is left in the topic.
std::string_view NameOf(Action::Action action) {
  switch (action) {
    case Action::CLOSE:
      return "closed";
    case Action::OPEN:
      return "opened";
    case Action::PIN:
      return "pinned";
    case Action::UNPIN:
      return "unpinned";
    case Action::HIDE:
      return "hidden";
    case Action::SHOW:
      return "shown";
    default:
      return "";
  }
}

absl::Status Apply(Store& store, const Caller& caller, const TopicFacts& topic,
                   Action::Action action, std::string_view reason) {
  switch (action) {
    case Action::CLOSE:
      if (topic.closed) return WrongState("This topic is closed already.");
      return store.SetClosed(topic.id, true);
    case Action::OPEN:
      if (!topic.closed) return WrongState("This topic is open already.");
      return store.SetClosed(topic.id, false);
    case Action::PIN:
      if (topic.pinned) return WrongState("This topic is pinned already.");
      return store.SetPinned(topic.id, caller.now);
    case Action::UNPIN:
      if (!topic.pinned) return WrongState("This topic is not pinned.");
      return store.SetPinned(topic.id, 0);
    case Action::HIDE:
      if (!topic.visible()) return WrongState("This topic is not shown to members at present.");
      return ChangeTopicState(store, caller, topic, v1::HIDDEN, reason);
    case Action::SHOW:
      if (topic.state != v1::HIDDEN) return WrongState("This topic is not hidden.");
      return ChangeTopicState(store, caller, topic, v1::VISIBLE, "");
    default:
      return status::InvalidField("action", "The action is close, open, pin, unpin, hide or show.");
  }
}

}  // namespace

absl::StatusOr<v1::Topic> ModerateTopic(const Caller& caller,
                                        const v1::ModerateTopicRequest& request) {
  ASSIGN_OR_RETURN(const std::string reason, Reason(request.reason()));
  // Why a topic was hidden is for moderators and stands in its state.
  const bool private_reason = request.action() == Action::HIDE;
  v1::Topic shown;
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(const TopicFacts topic, store.FindTopic(caller.reader, request.id()));
    RETURN_IF_ERROR(Apply(store, caller, topic, request.action(), reason));
    RETURN_IF_ERROR(AddSmallAction(store, caller, topic.id, NameOf(request.action()),
                                   private_reason ? "" : reason));
    RETURN_IF_ERROR(AnnounceChanged(store, topic.id));
    ASSIGN_OR_RETURN(shown, ShownTopic(store, caller.reader, topic.id));
    return absl::OkStatus();
  }));
  return shown;
}

}  // namespace forium::forum
