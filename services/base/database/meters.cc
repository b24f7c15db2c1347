// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/meters.h"

#include "services/base/observe/metrics.h"

namespace forium::database {
namespace {

prometheus::Counter& Again(const char* cause) {
  return observe::Counter("forium_database_retries_total",
                          "Attempts of transactions on Postgres that did not end, by cause.",
                          {{"cause", cause}});
}

}  // namespace

StatementMeter::StatementMeter(std::string_view name)
    : runs(observe::Counter("forium_database_statements_total", "Statements that were run.",
                            {{"statement", std::string(name)}})),
      seconds(observe::Counter("forium_database_statement_seconds_total",
                               "Time that statements took, with the reading of their rows.",
                               {{"statement", std::string(name)}})) {}

PoolMeter::PoolMeter(const std::string& engine)
    : used(observe::Gauge("forium_database_connections", "Open connections, by what they do.",
                          {{"engine", engine}, {"state", "used"}})),
      idle(observe::Gauge("forium_database_connections", "Open connections, by what they do.",
                          {{"engine", engine}, {"state", "idle"}})),
      wait(observe::Latency("forium_database_connection_wait_seconds",
                            "Time until a transaction had its connection.", {{"engine", engine}})) {
}

PoolMeter& PoolMeter::Sqlite() {
  static PoolMeter& meter = *new PoolMeter("sqlite");
  return meter;
}

PoolMeter& PoolMeter::Postgres() {
  static PoolMeter& meter = *new PoolMeter("postgres");
  return meter;
}

SqliteWriterMeter::SqliteWriterMeter()
    : waiting(observe::Gauge("forium_database_writes_waiting",
                             "Writes that wait for the writers of SQLite databases.")),
      group(observe::Distribution("forium_database_group_writes",
                                  "Writes that a SQLite writer committed together.",
                                  {1, 2, 4, 8, 16, 32, 64, 128, 256})),
      commit(observe::Latency("forium_database_group_seconds",
                              "Time of a group of writes on SQLite, with its sync.")) {}

SqliteWriterMeter& SqliteWriterMeter::Get() {
  static SqliteWriterMeter& meter = *new SqliteWriterMeter;
  return meter;
}

PostgresMeter::PostgresMeter()
    : conflicts(Again("conflict")),
      lost(Again("lost")),
      in_doubt(Again("in_doubt")),
      cut(observe::Counter("forium_database_connections_cut_total",
                           "Connections that were given up because Postgres was silent.")) {}

PostgresMeter& PostgresMeter::Get() {
  static PostgresMeter& meter = *new PostgresMeter;
  return meter;
}

}  // namespace forium::database
