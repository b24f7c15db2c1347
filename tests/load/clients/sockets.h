// SPDX-License-Identifier: Apache-2.0
// Sockets to 127.0.0.1 in great number: from several loopback addresses, so that neither ports nor
// limits of one address run out. Pure functions of the operating system.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace forium::load {

// As many open files as the system allows; returns the number.
int RaiseFileLimit();
// Microseconds of a clock that never jumps.
int64_t Now();
// Begins to connect to 127.0.0.1:`port` from 127.0.0.(2 + index / 400 mod 250), non-blocking; -1:
// no socket can be had.
int Connect(int port, int index);
// Connects and waits until it stands; blocking from then on. Ends the program when it cannot.
int ConnectNow(int port);
// 0 when the connection stands, else the error.
int ConnectError(int socket);
// False: over. What does not fit at once is an error here: messages are short.
bool SendAll(int socket, const std::string& bytes);

// The one that stands at `share` (0 to 1) of all when they are sorted; 0 when there are none.
double Quantile(std::vector<double>& values, double share);

}  // namespace forium::load
