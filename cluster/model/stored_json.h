/*
 * stored_json.h: the JSON that the catalog keeps of configurations.
 *
 * Names are those of Qdrant's API, so that the catalog reads well in psql; what is
 * unset is left out. What was written is read back equal. Reading throws kInternal
 * for a text that is not of the form: the catalog is the sidecar's own.
 */
#pragma once

#include <string>
#include <string_view>

#include "model/collection_config.h"
#include "model/payload_index.h"
#include "model/quota.h"

namespace vecext::model {

std::string to_stored_json(const CollectionConfig &config);
CollectionConfig collection_config_from(std::string_view json);

/* As in a request: "keyword", or an object with "type". */
std::string to_stored_json(const PayloadFieldSchema &schema);
PayloadFieldSchema payload_field_schema_from(std::string_view json);

std::string to_stored_json(const QuotaConfig &config);
QuotaConfig quota_config_from(std::string_view json);

/* Appends a JSON string. */
void append_json_string(std::string *out, std::string_view text);
/* Appends a finite number, shortest form. */
void append_json_number(std::string *out, double value);

} /* namespace vecext::model */
