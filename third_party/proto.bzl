# SPDX-License-Identifier: Apache-2.0
"""C++ messages from .proto files, by the system's protoc."""

def _protos_of(dep):
    """The label of the .proto files behind a forium_proto target."""
    if ":" not in dep:
        dep = dep + ":" + dep.split("/")[-1]
    return dep + "_protos"

def forium_proto(name, srcs, deps = [], visibility = ["//visibility:public"]):
    """A C++ library of the messages in `srcs`.

    Imports and includes are relative to the root of the workspace: "proto/forium/type/v1/errors.proto" becomes
    "proto/forium/type/v1/errors.pb.h".

    Args:
      name: the cc_library; NAME_protos is a filegroup of `srcs` and of all that they import.
      srcs: .proto files of this package.
      deps: forium_proto targets that `srcs` import.
      visibility: of both targets.
    """
    native.filegroup(
        name = name + "_protos",
        srcs = srcs + [_protos_of(dep) for dep in deps],
        visibility = visibility,
    )
    headers = [src.replace(".proto", ".pb.h") for src in srcs]
    sources = [src.replace(".proto", ".pb.cc") for src in srcs]
    native.genrule(
        name = name + "_cpp",
        srcs = srcs + [_protos_of(dep) for dep in deps],
        outs = headers + sources,
        cmd = "/usr/bin/protoc -I . -I /usr/include --cpp_out=$(GENDIR) " +
              " ".join(["$(location %s)" % src for src in srcs]),
        visibility = ["//visibility:private"],
    )
    native.cc_library(
        name = name,
        srcs = sources,
        hdrs = headers,
        copts = ["-w"],
        visibility = visibility,
        deps = deps + ["//third_party:protobuf"],
    )
