/*
 * payload_tree.h: a jsonb taken apart, to be changed and put together again.
 *
 * Lives in the current memory context; strings and numbers are views into the
 * jsonb that it was made from, which must outlive it. Members keep the order of
 * the jsonb; a new one goes to the end, and to_jsonb() sorts.
 */
#pragma once

#include <string_view>

#include "pg/compat.h"

extern "C" {
#include "utils/jsonb.h"
}

namespace vecext::pg {

struct PayloadMember;

struct PayloadNode {
	enum Kind : uint8_t { kScalar, kArray, kObject };

	Kind kind = kScalar;
	JsonbValue scalar = {};
	int size = 0, capacity = 0;       /* of an array or object */
	PayloadNode *items = nullptr;     /* of an array */
	PayloadMember *members = nullptr; /* of an object */
};

struct PayloadMember {
	std::string_view key;
	PayloadNode value;
};

PayloadNode to_tree(const Jsonb *jsonb);
Jsonb *to_jsonb(const PayloadNode &root);

inline bool is_null(const PayloadNode &node)
{
	return node.kind == PayloadNode::kScalar && node.scalar.type == jbvNull;
}

PayloadNode empty_node(PayloadNode::Kind kind); /* array or object */

/* Of an object. Null when there is none. */
PayloadNode *find_member(PayloadNode *object, std::string_view key);
/* The member, a null where there was none. */
PayloadNode *ensure_member(PayloadNode *object, std::string_view key);
void remove_member(PayloadNode *object, std::string_view key);

void append_item(PayloadNode *array, const PayloadNode &item);

} /* namespace vecext::pg */
