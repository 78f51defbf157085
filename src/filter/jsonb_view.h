/*
 * jsonb_view.h: a jsonb value as a payload view (vecext/filter/evaluate.h).
 *
 * Reads the stored form in place: nothing is copied, allocated or raised as an
 * error, so that the evaluator of the core may stand between PostgreSQL's frames.
 * Relies on the on-disk formats of jsonb (utils/jsonb.h) and numeric (the header
 * of numeric.c), which pg_upgrade keeps from version to version.
 *
 * A jsonb's array has no member lengths at hand: any_element() walks with a
 * running offset; element(i) and member() find theirs as jsonb_util.c does.
 */
#pragma once

#include <string_view>

#include "pg/compat.h"

extern "C" {
#include "utils/jsonb.h"
}

#include "vecext/filter/json.h"

namespace vecext::pg {

class JsonbView {
public:
	JsonbView() = default;
	/* The root of a detoasted jsonb; a scalar root is seen as the scalar. */
	explicit JsonbView(const Jsonb *jsonb);

	filter::JsonKind kind() const { return kind_; }
	bool boolean() const { return boolean_; }
	filter::JsonNumber number() const;
	std::string_view text() const { return {data_, length_}; }
	uint32_t size() const { return JsonContainerSize(container()); }

	bool member(std::string_view key, JsonbView *value) const;
	bool element(uint32_t i, JsonbView *value) const;

	template <class Visit> bool any_element(Visit &&visit) const
	{
		const JsonbContainer *array = container();
		const uint32_t count = JsonContainerSize(array);
		const char *base = reinterpret_cast<const char *>(&array->children[count]);
		uint32_t offset = 0;
		for (uint32_t i = 0; i < count; i++) {
			const uint32_t length = entry_length(array->children[i], offset);
			if (visit(JsonbView(array->children[i], base, offset, length)))
				return true;
			offset += length;
		}
		return false;
	}

private:
	JsonbView(JEntry entry, const char *base, uint32_t offset, uint32_t length);

	static uint32_t entry_length(JEntry entry, uint32_t offset)
	{
		return JBE_HAS_OFF(entry) ? JBE_OFFLENFLD(entry) - offset : JBE_OFFLENFLD(entry);
	}
	const JsonbContainer *container() const { return reinterpret_cast<const JsonbContainer *>(data_); }
	void set_child(const JsonbContainer *parent, uint32_t i, const char *base);

	filter::JsonKind kind_ = filter::JsonKind::kNull;
	bool boolean_ = false;
	uint32_t length_ = 0;
	const char *data_ = nullptr; /* string bytes, the Numeric, or the JsonbContainer */
};

} /* namespace vecext::pg */
