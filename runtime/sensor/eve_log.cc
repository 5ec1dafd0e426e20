#include "runtime/sensor/eve_log.h"

#include <cerrno>
#include <cstring>
#include <utility>
#include <variant>

namespace rpcsieve::sensor {

void EveLog::Close::operator()(std::FILE* file) const {
  if (file != stdout) std::fclose(file);
}

std::unique_ptr<EveLog> EveLog::open(const std::string& path, const database::Database& database,
                                     std::string& error) {
  File file(path == "-" ? stdout : std::fopen(path.c_str(), "ae"));
  if (file) return std::unique_ptr<EveLog>(new EveLog(std::move(file), database));
  error = path + ": " + std::strerror(errno);
  return nullptr;
}

void EveLog::add(const alert::Record& record) {
  if (const auto* alert = std::get_if<alert::Alert>(&record))
    line(alert::eve_alert(*alert, signatures_, ""));
  if (const auto* spot = std::get_if<alert::BlindSpot>(&record))
    line(alert::eve_blind_spot(*spot, ""));
}

void EveLog::add(const Statistics& statistics) {
  line(alert::eve_stats(statistics.counters, statistics.coverage, statistics.time,
                        statistics.interfaces));
}

void EveLog::line(std::string text) {
  text += '\n';
  const bool written =
      !failed_ && std::fwrite(text.data(), 1, text.size(), file_.get()) == text.size();
  failed_ = !written || std::fflush(file_.get()) != 0;
}

}  // namespace rpcsieve::sensor
