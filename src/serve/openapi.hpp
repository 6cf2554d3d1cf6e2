// SPDX-License-Identifier: Apache-2.0
// The endpoint table as an OpenAPI 3.1 document: what each route is for and the role it needs. Pure.
#pragma once
#include "serve/router.hpp"

#include <span>
#include <string>

namespace vantage::serve {

std::string openapi_text(std::span<const Endpoint> table, const std::string& version, const std::string& base_path);

}  // namespace vantage::serve
