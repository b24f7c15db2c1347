// SPDX-License-Identifier: Apache-2.0
// Fills any message with random values by reflection, with a liking for the edges.
#pragma once

#include <random>

#include "google/protobuf/message.h"

namespace forium::json {

void FillRandomly(google::protobuf::Message& message, std::mt19937_64& random, int depth = 0);

}  // namespace forium::json
