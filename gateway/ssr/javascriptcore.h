// SPDX-License-Identifier: Apache-2.0
// JavaScriptCore's C API with those of its exported functions that no public header declares.
#pragma once

#include <JavaScriptCore/JavaScript.h>

extern "C" {

// Ends a script that has used `limit` seconds of its thread's time, if `callback` says so.
using JSShouldTerminateCallback = bool (*)(JSContextRef context, void* closure);
void JSContextGroupSetExecutionTimeLimit(JSContextGroupRef group, double limit,
                                         JSShouldTerminateCallback callback, void* closure);
// Collects everything before it returns.
void JSSynchronousGarbageCollectForDebugging(JSContextRef context);
// Options of the engine by name, before the first context group is made. 0: no such option.
int jsc_options_set_boolean(const char* option, int value);
int jsc_options_set_uint(const char* option, unsigned value);
int jsc_options_set_size(const char* option, unsigned long value);
}

namespace bmalloc::api {

// Gives pages that the engine's allocator holds free back to the system.
void scavenge();

}  // namespace bmalloc::api
