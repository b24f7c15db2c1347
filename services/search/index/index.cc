// SPDX-License-Identifier: Apache-2.0
#include "services/search/index/index.h"

#include <utility>

#include "services/base/status/macros.h"
#include "services/search/index/keeper.h"

namespace forium::search {

absl::StatusOr<std::unique_ptr<Index>> Index::Open(IndexOptions options, Source& source) {
  auto keeper = std::make_shared<Keeper>(std::move(options), source);
  RETURN_IF_ERROR(keeper->Start());
  return std::unique_ptr<Index>(new Index(std::move(keeper)));
}

Index::Index(std::shared_ptr<Keeper> keeper) : keeper_(std::move(keeper)) {}
Index::~Index() = default;

absl::StatusOr<Snapshot> Index::Read() const { return keeper_->Read(); }
void Index::ReportDamage(const absl::Status& error) { keeper_->ReportDamage(error); }
void Index::Wake() { keeper_->Wake(); }
void Index::Rebuild(v1::Index::Cause cause) { keeper_->Rebuild(cause); }
v1::Index Index::Status() const { return keeper_->Status(); }
bool Index::CatchUp(absl::Duration timeout) { return keeper_->CatchUp(timeout); }

}  // namespace forium::search
