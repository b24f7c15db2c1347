// SPDX-License-Identifier: Apache-2.0
// Categories: the list that everyone has, and what administrators do to them.
#pragma once

#include "absl/status/statusor.h"
#include "google/protobuf/empty.pb.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "proto/google/api/httpbody.pb.h"
#include "services/forum/caller.h"

namespace forium::forum {

// JSON of ListCategoriesResponse, in one statement.
absl::StatusOr<google::api::HttpBody> ListCategories(const Caller& caller,
                                                     const v1::ListCategoriesRequest& request);
absl::StatusOr<v1::Category> CreateCategory(const Caller& caller,
                                            const v1::CreateCategoryRequest& request);
absl::StatusOr<v1::Category> UpdateCategory(const Caller& caller,
                                            const v1::UpdateCategoryRequest& request);
absl::StatusOr<google::protobuf::Empty> DeleteCategory(const Caller& caller,
                                                       const v1::DeleteCategoryRequest& request);

// Makes the category `General` where there is none, so that a new community can be written in.
absl::Status MakeFirstCategory(database::Database& database);

}  // namespace forium::forum
