// SPDX-License-Identifier: Apache-2.0
package main

import (
	"fmt"
	"io"
	"regexp"
	"sort"
	"strings"

	"sigs.k8s.io/yaml"
)

// The order in which Helm installs kinds; what is not listed comes last.
var installOrder = []string{
	"PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy",
	"PodDisruptionBudget", "ServiceAccount", "Secret", "SecretList", "ConfigMap", "StorageClass", "PersistentVolume",
	"PersistentVolumeClaim", "CustomResourceDefinition", "ClusterRole", "ClusterRoleList", "ClusterRoleBinding",
	"ClusterRoleBindingList", "Role", "RoleList", "RoleBinding", "RoleBindingList", "Service", "DaemonSet", "Pod",
	"ReplicationController", "ReplicaSet", "Deployment", "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob",
	"IngressClass", "Ingress", "APIService",
}

var separator = regexp.MustCompile(`(?m)^---\s*$`)

type manifest struct {
	source, text, kind, name string
	hook                     bool
}

func printManifests(out io.Writer, rendered map[string]string) error {
	all, err := split(rendered)
	if err != nil {
		return err
	}
	for _, m := range all {
		fmt.Fprintf(out, "---\n# Source: %s\n%s\n", m.source, m.text)
	}
	return nil
}

// split cuts the files into manifests: first what is installed, in Helm's order, then the hooks.
func split(rendered map[string]string) ([]manifest, error) {
	var all []manifest
	for source, text := range rendered {
		if strings.HasSuffix(source, "NOTES.txt") {
			continue
		}
		for _, one := range separator.Split(text, -1) {
			one = strings.Trim(one, "\n")
			if strings.TrimSpace(one) == "" {
				continue
			}
			object := map[string]interface{}{}
			if err := yaml.UnmarshalStrict([]byte(one), &object); err != nil {
				return nil, fmt.Errorf("YAML parse error on %s: %w\n%s", source, err, one)
			}
			if len(object) == 0 {
				continue // comments only
			}
			m := manifest{source: source, text: one}
			m.kind, _ = object["kind"].(string)
			m.name, _ = at(object, "metadata.name").(string)
			if m.kind == "" || m.name == "" {
				return nil, fmt.Errorf("%s: a manifest without kind or name:\n%s", source, one)
			}
			annotations, _ := at(object, "metadata.annotations").(map[string]interface{})
			_, m.hook = annotations["helm.sh/hook"]
			all = append(all, m)
		}
	}
	rank := map[string]int{}
	for i, kind := range installOrder {
		rank[kind] = i - len(installOrder)
	}
	sort.Slice(all, func(i, j int) bool {
		a, b := all[i], all[j]
		if a.hook != b.hook {
			return b.hook
		}
		if rank[a.kind] != rank[b.kind] {
			return rank[a.kind] < rank[b.kind]
		}
		if a.kind != b.kind {
			return a.kind < b.kind
		}
		return a.name < b.name
	})
	return all, nil
}
