// SPDX-License-Identifier: Apache-2.0
// Boost.JSON is compiled from its headers, once.
#include <boost/json/src.hpp>
