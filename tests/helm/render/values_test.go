// SPDX-License-Identifier: Apache-2.0
package main

import (
	"reflect"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

func parsedYaml(t *testing.T, text string) map[string]interface{} {
	t.Helper()
	result := map[string]interface{}{}
	if err := yaml.Unmarshal([]byte(text), &result); err != nil {
		t.Fatal(err)
	}
	return result
}

func expectYaml(t *testing.T, got interface{}, want string) {
	t.Helper()
	if text := toYaml(got); !reflect.DeepEqual(parsedYaml(t, text), parsedYaml(t, want)) {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

func TestGivenValuesLieOverDefaultsAndNullRemovesOne(t *testing.T) {
	c := &chart{defaults: parsedYaml(t, "a: {x: 1, y: 2}\nlist: [1, 2]\ngone: 3\nkept: 4")}
	expectYaml(t, coalesce(c, parsedYaml(t, "a: {y: 5}\nlist: [9]\ngone: null")), "a: {x: 1, y: 5}\nlist: [9]\nkept: 4")
}

func TestChartsInsideTakeTheirPartAndGlobal(t *testing.T) {
	inner := &chart{metadata: map[string]interface{}{"name": "db"}, defaults: parsedYaml(t, "size: 1\nname: a")}
	outer := &chart{defaults: parsedYaml(t, "db: {size: 2}\nglobal: {region: north}"), charts: []*chart{inner}}
	expectYaml(t, coalesce(outer, parsedYaml(t, "db: {name: b}")),
		"global: {region: north}\ndb: {size: 2, name: b, global: {region: north}}")
}

func TestSetTakesPathsListsAndIndices(t *testing.T) {
	values := parsedYaml(t, "a: {b: 1}\nhosts: [{name: x}]")
	for _, word := range []string{"a.c=true", `a.d\.e=text`, "hosts[0].port=80", "hosts[1].name=second", "list={p,q}", "none=null", "zero=0", "code=007"} {
		path, value, _ := strings.Cut(word, "=")
		if err := setPath(values, path, parsed(value, typed)); err != nil {
			t.Fatal(err)
		}
	}
	expectYaml(t, values, `{a: {b: 1, c: true, d.e: text}, hosts: [{name: x, port: 80}, {name: second}], list: [p, q], none: null, zero: 0, code: "007"}`)
}

func rendered(t *testing.T, templates map[string]string, values string, cluster ...map[string]interface{}) map[string]string {
	t.Helper()
	c := &chart{metadata: map[string]interface{}{"name": "c", "version": "1"}, templates: templates, files: map[string][]byte{"rules/a.txt": []byte("one")}}
	result, err := render(c, parsedYaml(t, values), options{release: "r", namespace: "n", kubeVersion: "v1.36.0"}, cluster)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestTemplatesSeeWhatHelmShowsThem(t *testing.T) {
	const source = `{{ include "name" . }} {{ tpl "{{ .Values.x }}" . }} {{ .Values.missing }}{{ range $p, $_ := .Files.Glob "rules/*" }}{{ $p }}={{ $.Files.Get $p }}{{ end }} {{ .Template.Name }}`
	result := rendered(t, map[string]string{
		"templates/_names.tpl": `{{ define "name" }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}`,
		"templates/a.txt":      source,
	}, "x: 5")
	if got := result["c/templates/a.txt"]; got != "r-c 5 rules/a.txt=one c/templates/a.txt" || len(result) != 1 {
		t.Errorf("got %q of %d", got, len(result))
	}
}

func TestLookupFindsWhatTheClusterHas(t *testing.T) {
	const source = `{{ (lookup "v1" "Secret" "space" "s").data.k }},{{ len (lookup "v1" "Secret" "space" "").items }},{{ lookup "v1" "Secret" "space" "t" }}`
	secret := parsedYaml(t, "{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: space}, data: {k: v}}")
	if got := rendered(t, map[string]string{"templates/a.txt": source}, "", secret)["c/templates/a.txt"]; got != "v,1,map[]" {
		t.Errorf("got %q", got)
	}
}

func TestManifestsComeInTheOrderOfInstallationAndHooksLast(t *testing.T) {
	object := func(kind, extra string) string { return "kind: " + kind + "\nmetadata: {name: a" + extra + "}\n" }
	all, err := split(map[string]string{"x.yaml": object("Deployment", "") + "---\n" + object("Job", ", annotations: {helm.sh/hook: pre-install}") +
		"---\n# nothing\n---\n" + object("Service", ""), "y.yaml": object("Secret", "")})
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, m := range all {
		kinds = append(kinds, m.kind)
	}
	if got := strings.Join(kinds, " "); got != "Secret Service Deployment Job" {
		t.Errorf("got %s", got)
	}
	if _, err := split(map[string]string{"x.yaml": "kind: A\nkind: B\nmetadata: {name: a}"}); err == nil {
		t.Error("a doubled key was taken")
	}
}
