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
        # A service is found by its name at run time, so nothing refers to a file that holds nothing else.
        alwayslink = True,
        visibility = visibility,
        deps = deps + ["//third_party:protobuf"],
    )

def forium_grpc(name, srcs, protos, visibility = ["//visibility:public"]):
    """gRPC stubs and services of a forium_proto: "proto/…/x.grpc.pb.h" beside "proto/…/x.pb.h".

    For streams between processes; methods of the API need none (services/base/rpc).

    Args:
      name: the cc_library.
      srcs: .proto files of the forium_proto that have services.
      protos: the forium_proto.
      visibility: of the library.
    """
    headers = [src.replace(".proto", ".grpc.pb.h") for src in srcs]
    sources = [src.replace(".proto", ".grpc.pb.cc") for src in srcs]
    native.genrule(
        name = name + "_stubs",
        srcs = srcs + [_protos_of(protos)],
        outs = headers + sources,
        cmd = "/usr/bin/protoc -I . -I /usr/include --grpc_out=$(GENDIR) " +
              "--plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin " +
              " ".join(["$(location %s)" % src for src in srcs]),
        visibility = ["//visibility:private"],
    )
    native.cc_library(
        name = name,
        srcs = sources,
        hdrs = headers,
        copts = ["-w"],
        visibility = visibility,
        deps = [protos, "//third_party:grpcpp"],
    )

def forium_json(name, srcs, protos, deps = [], visibility = ["//visibility:public"]):
    """JSON writers for the messages of a forium_proto: "proto/…/x.json.h" beside "proto/…/x.pb.h".

    Args:
      name: the cc_library.
      srcs: the .proto files of the forium_proto.
      protos: the forium_proto.
      deps: the forium_json of what it imports.
      visibility: of the library.
    """
    headers = [src.replace(".proto", ".json.h") for src in srcs]
    sources = [src.replace(".proto", ".json.cc") for src in srcs]
    native.genrule(
        name = name + "_writers",
        srcs = srcs + [protos + "_protos"],
        outs = headers + sources,
        cmd = "/usr/bin/protoc -I . -I /usr/include --forium_out=json:$(GENDIR) " +
              "--plugin=protoc-gen-forium=$(execpath //proto/plugin:protoc-gen-forium) " +
              " ".join(["$(location %s)" % src for src in srcs]),
        tools = ["//proto/plugin:protoc-gen-forium"],
        visibility = ["//visibility:private"],
    )
    native.cc_library(
        name = name,
        srcs = sources,
        hdrs = headers,
        visibility = visibility,
        deps = deps + [protos, "//proto/json"],
    )
