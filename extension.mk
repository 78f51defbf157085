# extension.mk: builds and installs the PostgreSQL extension with PGXS. The
# Makefile calls it; it is a file of its own because it cannot be read before
# PostgreSQL's development files are installed, while `make deps` must work.
#
# Relies on src/core/CMakeLists.txt for the core library, which it links whole.

EXTENSION = vecext
EXTVERSION = 0.1.0
MODULE_big = vecext

PG_CONFIG ?= pg_config
BUILD = build
CORE_LIB = $(BUILD)/core/libvecext_core.a

SOURCES = $(sort $(wildcard src/pg/*.cpp src/types/*.cpp src/hnsw/*.cpp src/filter/*.cpp))
OBJS = $(SOURCES:.cpp=.o)
SQL_PARTS = $(sort $(wildcard sql/extension/*.sql))
DATA_built = $(EXTENSION)--$(EXTVERSION).sql
DATA = $(wildcard sql/upgrade/$(EXTENSION)--*--*.sql)
# The extension vector, vecext under pgvector's name (docs/compatibility.md).
ALIAS_SCRIPT = vector--0.8.6.sql
EXTRA_CLEAN = $(OBJS:.o=.d) $(ALIAS_SCRIPT)

REGRESS = $(sort $(patsubst sql/%.sql,%,$(wildcard sql/*.sql)))
REGRESS_OPTS = --inputdir=. --outputdir=$(BUILD)/regress --load-extension=vecext

# INJECTION=yes: with the pause points of src/pg/injection.h, for tests.
PG_CPPFLAGS = $(if $(INJECTION),-DVECEXT_INJECTION) -Isrc -Iinclude -isystem $(shell $(PG_CONFIG) --includedir-server)
PG_CXXFLAGS = -std=c++20 -O2 -Wall -Wextra -Werror -Wno-register -Wno-unused-parameter -fvisibility=hidden -ffp-contract=off -MMD -MP -pthread
# Symbols of static libraries stay hidden: see VECEXT_STEMMER in src/core.
SHLIB_LINK = $(CORE_LIB) -l:libstemmer.a -licuuc -lstdc++ -lm -fopenmp -Wl,--exclude-libs,ALL

# The kernels are dispatched at run time, so inlining them into JIT-compiled
# expressions could only pin one instruction set: no bitcode is built.
override with_llvm = no

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

-include $(OBJS:.o=.d)

$(shlib): $(CORE_LIB)

.PHONY: core
core $(CORE_LIB): $(shell find src/core include -type f)
	cmake -S src/core -B $(BUILD)/core $(CMAKE_FLAGS) >/dev/null
	cmake --build $(BUILD)/core -j $(shell nproc)

$(EXTENSION)--$(EXTVERSION).sql: $(SQL_PARTS)
	cat $(SQL_PARTS) >$@

ALIAS_PARTS = sql/alias/head.sql $(filter-out sql/extension/00_head.sql,$(SQL_PARTS))
all: $(ALIAS_SCRIPT)
$(ALIAS_SCRIPT): $(ALIAS_PARTS)
	cat $(ALIAS_PARTS) >$@

.PHONY: install-alias uninstall-alias
install-alias: install $(ALIAS_SCRIPT)
	sql/alias/install.sh install '$(DESTDIR)$(datadir)/extension'
uninstall-alias:
	sql/alias/install.sh uninstall '$(DESTDIR)$(datadir)/extension'

installcheck: | $(BUILD)/regress
$(BUILD)/regress:
	mkdir -p $@
