#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/alert/eve.h"
#include "runtime/alert/record.h"
#include "runtime/database/database.h"
#include "runtime/sensor/sensor.h"

namespace rpcsieve::sensor {

// EveLog writes alerts, blind spots and statistics as EVE JSON lines, each at once: who reads along
// sees it before the next comes. Lines are added to a file that is there.
class EveLog {
 public:
  // open returns nullptr and says why in `error` if the file cannot be written; "-" is standard
  // output. The database must outlive it.
  static std::unique_ptr<EveLog> open(const std::string& path, const database::Database& database,
                                      std::string& error);

  void add(const alert::Record& record);
  void add(const Statistics& statistics);
  // failed says that a line could not be written; nothing is written after it.
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const;
  };
  using File = std::unique_ptr<std::FILE, Close>;

  EveLog(File file, const database::Database& database)
      : file_(std::move(file)), signatures_(database) {}
  void line(std::string text);

  File file_;
  alert::Signatures signatures_;
  bool failed_ = false;
};

}  // namespace rpcsieve::sensor
