// SPDX-License-Identifier: Apache-2.0
#include "services/forum/categories.h"

#include <algorithm>

#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/events.h"
#include "services/forum/fields.h"
#include "services/forum/ready_json.h"
#include "services/forum/slugs.h"
#include "services/forum/store.h"

namespace forium::forum {
namespace {

constexpr size_t kMaxNameCharacters = 60;
constexpr size_t kMaxDescriptionCharacters = 1000;

absl::Status CheckRole(std::string_view field, type::v1::Role role) {
  if (type::v1::Role_IsValid(role)) return absl::OkStatus();
  return status::InvalidField(field, "This is not a role.");
}

// Nobody anonymous writes, and whoever opens topics must be able to read them.
type::v1::Role CreateRole(type::v1::Role create, type::v1::Role read) {
  return std::max({create, read, type::v1::MEMBER_ROLE});
}

// Checks all fields of a category as it is to be kept.
absl::Status Normalize(v1::Category* category) {
  ASSIGN_OR_RETURN(*category->mutable_name(), Line("name", category->name(), kMaxNameCharacters));
  ASSIGN_OR_RETURN(*category->mutable_description(),
                   OptionalLine("description", category->description(), kMaxDescriptionCharacters));
  ASSIGN_OR_RETURN(*category->mutable_color(), Color(category->color()));
  RETURN_IF_ERROR(CheckRole("read_role", category->read_role()));
  RETURN_IF_ERROR(CheckRole("create_role", category->create_role()));
  if (category->position() < 0) return status::InvalidField("position", "Positions begin at 0.");
  category->set_create_role(CreateRole(category->create_role(), category->read_role()));
  return absl::OkStatus();
}

absl::Status CheckSlugIsFree(Store& store, const v1::Category& category) {
  ASSIGN_OR_RETURN(const bool taken, store.SlugIsTaken(category.slug(), category.id()));
  if (!taken) return absl::OkStatus();
  return status::Error(absl::StatusCode::kAlreadyExists, status::Reason::SLUG_TAKEN,
                       "Another category has this slug. Choose a different one.", "slug");
}

absl::Status Insert(Store& store, v1::Category* category) {
  ASSIGN_OR_RETURN(const int64_t id, store.transaction().NextId("category"));
  ASSIGN_OR_RETURN(const int64_t position, store.NextCategoryPosition());
  category->set_id(id);
  category->set_position(static_cast<int32_t>(position));
  RETURN_IF_ERROR(CheckSlugIsFree(store, *category));
  RETURN_IF_ERROR(store.InsertCategory(*category));
  return AnnounceCategory(store.transaction(), *category, 1);
}

}  // namespace

absl::StatusOr<google::api::HttpBody> ListCategories(const Caller& caller,
                                                     const v1::ListCategoriesRequest&) {
  v1::ListCategoriesResponse response;
  RETURN_IF_ERROR(caller.database.Read([&](database::Transaction& tx) {
    response.Clear();
    return Store(tx).ListCategories(caller.reader, &response);
  }));
  v1::BodyFacts facts;
  facts.add_cache_tags("list");
  return ReadyJson(response, facts);
}

absl::StatusOr<v1::Category> CreateCategory(const Caller& caller,
                                            const v1::CreateCategoryRequest& request) {
  v1::Category category;
  category.set_name(request.name());
  category.set_description(request.description());
  category.set_color(request.color());
  category.set_read_role(request.read_role());
  category.set_create_role(request.create_role());
  RETURN_IF_ERROR(Normalize(&category));
  ASSIGN_OR_RETURN(*category.mutable_slug(),
                   CategorySlug(request.slug().empty() ? MakeSlug(category.name(), "category")
                                                       : request.slug()));
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) {
    Store store(tx);
    return Insert(store, &category);
  }));
  return category;
}

absl::StatusOr<v1::Category> UpdateCategory(const Caller& caller,
                                            const v1::UpdateCategoryRequest& request) {
  v1::Category category;
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(category, store.FindCategory(caller.reader, request.id()));
    const type::v1::Role read_before = category.read_role();
    if (request.has_name()) category.set_name(request.name());
    if (request.has_slug()) category.set_slug(request.slug());
    if (request.has_description()) category.set_description(request.description());
    if (request.has_color()) category.set_color(request.color());
    if (request.has_read_role()) category.set_read_role(request.read_role());
    if (request.has_create_role()) category.set_create_role(request.create_role());
    if (request.has_position()) category.set_position(request.position());
    RETURN_IF_ERROR(Normalize(&category));
    ASSIGN_OR_RETURN(*category.mutable_slug(), CategorySlug(category.slug()));
    RETURN_IF_ERROR(CheckSlugIsFree(store, category));
    RETURN_IF_ERROR(store.UpdateCategory(category));
    if (category.read_role() != read_before) {
      RETURN_IF_ERROR(store.RecountTagsOfCategory(category.id()));
      events::v1::EverythingChanged what;
      what.set_category_id(category.id());
      RETURN_IF_ERROR(AnnounceEverything(tx, caller.now, std::move(what)));
    }
    ASSIGN_OR_RETURN(const int64_t version, store.CategoryVersion(category.id()));
    return AnnounceCategory(tx, category, version);
  }));
  return category;
}

absl::StatusOr<google::protobuf::Empty> DeleteCategory(const Caller& caller,
                                                       const v1::DeleteCategoryRequest& request) {
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(const v1::Category category, store.FindCategory(caller.reader, request.id()));
    ASSIGN_OR_RETURN(const bool empty, store.CategoryIsEmpty(category.id()));
    if (!empty) {
      return status::Error(
          absl::StatusCode::kFailedPrecondition, status::Reason::CATEGORY_NOT_EMPTY,
          "This category still has topics, deleted ones included. Move them first.");
    }
    ASSIGN_OR_RETURN(const int64_t version, store.CategoryVersion(category.id()));
    RETURN_IF_ERROR(store.DeleteCategory(category.id()));
    return AnnounceCategory(tx, category, version + 1, true);
  }));
  return google::protobuf::Empty();
}

absl::Status MakeFirstCategory(database::Database& database) {
  return database.Write([](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(const bool any, store.AnyCategory());
    if (any) return absl::OkStatus();
    v1::Category category;
    category.set_name("General");
    category.set_slug("general");
    category.set_color("0088CC");
    category.set_create_role(type::v1::MEMBER_ROLE);
    return Insert(store, &category);
  });
}

}  // namespace forium::forum
