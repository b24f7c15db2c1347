# SPDX-License-Identifier: Apache-2.0
"""One fuzz target: what `./dev fuzz NAME` runs, and its corpus as a test."""

def fuzz_target(name, deps, srcs = []):
    """NAME_fuzz.cc over NAME_corpus, with NAME_dictionary or `dictionary` where there is one.

    Args:
      name: of the target, unique in tests/fuzz.
      deps: what is fuzzed.
      srcs: further sources.
    """
    native.cc_binary(
        name = name + "_fuzz",
        testonly = True,
        srcs = [name + "_fuzz.cc"] + srcs,
        tags = [
            "fuzz",
            "manual",
        ],
        deps = deps,
    )

    # Once over the corpus without a fuzzing engine, so that what was found stays mended.
    native.cc_test(
        name = name + "_corpus_test",
        size = "small",
        srcs = [
            name + "_fuzz.cc",
            "//tests/fuzz:corpus_main.cc",
        ] + srcs,
        args = [native.package_name() + "/" + name + "_corpus"],
        data = native.glob([name + "_corpus/**"]),
        deps = deps,
    )
