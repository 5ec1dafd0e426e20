#pragma once

#include <memory>
#include <vector>

#include "compiler/catalog/catalog.h"
#include "compiler/diagnostic.h"
#include "compiler/import/detection.h"

namespace rpcsieve::compiler {

// import_sigma reads the Sigma rules of a file, which may hold several documents, that are about
// RPC calls: of the RPC Firewall (EventID 3 with InterfaceUuid and OpNum) and of Zeek's dce_rpc.log
// (endpoint and operation). Each becomes one detection. What makes a rule unusable is an error
// (E060 to E063, and those of YAML), what cannot be kept a warning (W060 to W062).
void import_sigma(const std::shared_ptr<const Source>& source, const Catalog& catalog,
                  Imports& imports, Diagnostics& out);

// documents_of cuts a file of several YAML documents into files of one, each with its lines in
// their places.
std::vector<std::shared_ptr<const Source>> documents_of(
    const std::shared_ptr<const Source>& source);

}  // namespace rpcsieve::compiler
