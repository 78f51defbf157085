/*
 * process.h: figures of this process and its machine, read when asked for (/proc).
 */
#pragma once

#include <cstdint>
#include <string>

namespace vecext::telemetry {

struct ProcessFigures {
	uint64_t threads = 0, open_mmaps = 0, max_mmaps = 0, open_fds = 0, max_fds = 0;
	uint64_t minor_page_faults = 0, major_page_faults = 0;
};

/* Of the allocator, in bytes. */
struct MemoryFigures {
	uint64_t active = 0, allocated = 0, metadata = 0, resident = 0, retained = 0;
};

ProcessFigures process_figures();
MemoryFigures memory_figures();

/* Memory of this process and those it has started, in bytes: a server of our own
 * among them. What they share counts once. */
uint64_t resident_bytes_of_family();

/* Memory that the machine, or the control group we run in, lets us use. */
uint64_t memory_limit_bytes();

struct DiskUsage {
	uint64_t total = 0, free = 0; /* bytes; 0 when unknown */
};

DiskUsage disk_usage(const std::string &path);

} /* namespace vecext::telemetry */
