// SPDX-License-Identifier: Apache-2.0
// Renders a chart as `helm template` and `helm install --dry-run` do, for what the chart of this tree uses. What is
// covered and what is not stands in ../README.md.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
)

// A flag that may come several times, in order.
type words []string

func (w *words) String() string     { return strings.Join(*w, ",") }
func (w *words) Set(s string) error { *w = append(*w, s); return nil }

type options struct {
	release, namespace, kubeVersion string
	upgrade, notes, fixedRandom     bool
	values, set, setString, apis    words
	lookup                          string
}

func parse() (options, string, error) {
	var o options
	flag.StringVar(&o.release, "name", "forium", "name of the release")
	flag.StringVar(&o.namespace, "namespace", "default", "namespace of the release")
	flag.StringVar(&o.kubeVersion, "kube-version", "v1.36.0", "version of the cluster")
	flag.BoolVar(&o.upgrade, "is-upgrade", false, "render as an upgrade")
	flag.BoolVar(&o.notes, "notes", false, "print NOTES.txt instead of the manifests")
	flag.BoolVar(&o.fixedRandom, "fixed-random", false, "random texts are all x, for golden files")
	flag.StringVar(&o.lookup, "lookup", "", "YAML file with the objects that the cluster has")
	flag.Var(&o.values, "f", "values file, may be repeated")
	flag.Var(&o.set, "set", "value as path=value, may be repeated")
	flag.Var(&o.setString, "set-string", "the same, always text")
	flag.Var(&o.apis, "api-versions", "API that the cluster has beside Kubernetes' own, may be repeated")
	flag.Parse()
	if flag.NArg() != 1 {
		return o, "", errors.New("usage: render [FLAGS] CHART")
	}
	return o, flag.Arg(0), nil
}

func run() error {
	o, folder, err := parse()
	if err != nil {
		return err
	}
	chart, err := loadChart(folder)
	if err != nil {
		return err
	}
	given, err := givenValues(o)
	if err != nil {
		return err
	}
	values := coalesce(chart, given)
	chart.dropDisabled(values)
	if err := checkSchemas(chart, values); err != nil {
		return err
	}
	cluster, err := loadObjects(o.lookup)
	if err != nil {
		return err
	}
	rendered, err := render(chart, values, o, cluster)
	if err != nil {
		return err
	}
	if o.notes {
		fmt.Print(rendered[chart.name()+"/templates/NOTES.txt"])
		return nil
	}
	return printManifests(os.Stdout, rendered)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}
