# SPDX-License-Identifier: Apache-2.0
"""Embeds a service's migrations into its binary."""

_HEADER = """// SPDX-License-Identifier: Apache-2.0
// Made from the .sql files of this folder by forium_migrations.
#pragma once

#include <span>

#include "services/base/database/database.h"

namespace {namespace} {{

extern const std::span<const database::Migration> {constant};

}}  // namespace {namespace}
"""

def forium_migrations(name, srcs, namespace, constant = "kMigrations", outbox = 0, visibility = None):
    """A library with `extern const std::span<const database::Migration> kMigrations` in `namespace`.

    Include it as "<package>/<name>.h".

    Args:
      name: the cc_library, the header and the source.
      srcs: files migrations/NNNN_verb_noun.sql; NNNN is the migration's number.
      namespace: C++ namespace of the constant, inside `forium`: "forium::auth".
      constant: its name.
      outbox: if not 0, the number under which the tables of the event log (services/base/events) are made.
      visibility: of the library.
    """
    header = _HEADER.format(namespace = namespace, constant = constant)
    native.genrule(
        name = name + "_header",
        outs = [name + ".h"],
        cmd = "cat > $@ <<'END'\n" + header.replace("$", "$$") + "END",
        visibility = ["//visibility:private"],
    )
    native.genrule(
        name = name + "_source",
        srcs = sorted(srcs),
        outs = [name + ".cc"],
        cmd = "{ echo '#include \"%s/%s.h\"';" % (native.package_name(), name) +
              ("echo '#include \"services/base/events/events.h\"';" if outbox else "") +
              "echo 'namespace %s { namespace {';" % namespace +
              "echo 'const database::Migration kFiles[] = {';" +
              ("echo '{%d, \"create_outbox\", events::kOutboxSchema},';" % outbox if outbox else "") +
              "for file in $(SRCS); do" +
              " base=$$(basename $$file .sql);" +
              " printf '{%d, \"%s\", R\"sql(' $$((10#$${base%%_*})) $${base#*_};" +
              " cat $$file;" +
              " echo ')sql\"},';" +
              "done;" +
              "echo '}; }';" +
              "echo 'const std::span<const database::Migration> %s(kFiles); }';" % constant +
              "} > $@",
        visibility = ["//visibility:private"],
    )
    native.cc_library(
        name = name,
        srcs = [name + ".cc"],
        hdrs = [name + ".h"],
        visibility = visibility,
        deps = ["//services/base/database"] + (["//services/base/events"] if outbox else []),
    )
