// SPDX-License-Identifier: Apache-2.0
package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

// How often `include` may nest a template in itself.
const deepest = 1000

// render executes all templates of a chart and of those inside; the result is by name, partials (`_…`) left out.
func render(c *chart, values map[string]interface{}, o options, cluster []map[string]interface{}) (map[string]string, error) {
	e := engine{root: template.New("root").Option("missingkey=zero"), cluster: cluster, fixedRandom: o.fixedRandom}
	e.root.Funcs(e.functions())
	sources := map[string]string{}
	scopes := map[string]map[string]interface{}{}
	gather(c, values, c.name(), topLevel(o), sources, scopes)
	names := make([]string, 0, len(sources))
	for name := range sources {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if _, err := e.root.New(name).Parse(sources[name]); err != nil {
			return nil, fmt.Errorf("parse error at (%s): %w", name, err)
		}
	}
	results := map[string]string{}
	for _, name := range names {
		if strings.HasPrefix(path.Base(name), "_") {
			continue
		}
		var text strings.Builder
		if err := e.root.ExecuteTemplate(&text, name, scopes[name]); err != nil {
			return nil, plain(err)
		}
		results[name] = strings.ReplaceAll(text.String(), "<no value>", "")
	}
	return results, nil
}

func topLevel(o options) map[string]interface{} {
	version := strings.SplitN(strings.TrimPrefix(o.kubeVersion, "v"), ".", 3)
	return map[string]interface{}{
		"Release": map[string]interface{}{
			"Name": o.release, "Namespace": o.namespace, "Revision": map[bool]int{false: 1, true: 2}[o.upgrade],
			"IsInstall": !o.upgrade, "IsUpgrade": o.upgrade, "Service": "Helm",
		},
		"Capabilities": map[string]interface{}{
			"KubeVersion": map[string]interface{}{"Version": o.kubeVersion, "Major": version[0], "Minor": version[1]},
			"APIVersions": apis(o.apis),
			"HelmVersion": map[string]interface{}{"Version": "v3.18.0"},
		},
	}
}

type apis []string

func (a apis) Has(name string) bool {
	for _, one := range a {
		if one == name {
			return true
		}
	}
	return false
}

// gather collects the templates of a chart below `base` with the scope that each is executed in.
func gather(c *chart, values map[string]interface{}, base string, top map[string]interface{},
	sources map[string]string, scopes map[string]map[string]interface{}) map[string]interface{} {
	described := map[string]interface{}{}
	for key, value := range c.metadata {
		described[strings.ToUpper(key[:1])+key[1:]] = value
	}
	scope := map[string]interface{}{"Chart": described, "Values": values, "Files": files(c.files)}
	for key, value := range top {
		scope[key] = value
	}
	inside := map[string]interface{}{}
	for _, inner := range c.charts {
		part, _ := values[inner.name()].(map[string]interface{})
		inside[inner.name()] = gather(inner, part, base+"/charts/"+inner.name(), top, sources, scopes)
	}
	scope["Subcharts"] = inside
	for name, source := range c.templates {
		own := map[string]interface{}{}
		for key, value := range scope {
			own[key] = value
		}
		full := base + "/" + name
		own["Template"] = map[string]interface{}{"Name": full, "BasePath": base + "/templates"}
		sources[full], scopes[full] = source, own
	}
	return scope
}

type engine struct {
	root        *template.Template
	cluster     []map[string]interface{}
	fixedRandom bool
	depth       map[string]int
}

func (e *engine) functions() template.FuncMap {
	e.depth = map[string]int{}
	functions := sprig.TxtFuncMap()
	delete(functions, "env")
	delete(functions, "expandenv")
	functions["toYaml"] = toYaml
	functions["fromYaml"] = func(text string) map[string]interface{} {
		result := map[string]interface{}{}
		if err := yaml.Unmarshal([]byte(text), &result); err != nil {
			result["Error"] = err.Error()
		}
		return result
	}
	functions["fromYamlArray"] = func(text string) []interface{} {
		result := []interface{}{}
		if err := yaml.Unmarshal([]byte(text), &result); err != nil {
			result = []interface{}{err.Error()}
		}
		return result
	}
	functions["toJson"] = func(value interface{}) string {
		text, _ := json.Marshal(value)
		return string(text)
	}
	functions["fromJson"] = func(text string) map[string]interface{} {
		result := map[string]interface{}{}
		if err := json.Unmarshal([]byte(text), &result); err != nil {
			result["Error"] = err.Error()
		}
		return result
	}
	functions["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return value, errors.New(message)
		}
		return value, nil
	}
	functions["fail"] = func(message string) (string, error) { return "", errors.New(message) }
	functions["include"] = e.include
	functions["tpl"] = e.tpl
	functions["lookup"] = e.lookup
	if e.fixedRandom {
		same := func(count int) string { return strings.Repeat("x", count) }
		for _, name := range []string{"randAlphaNum", "randAlpha", "randNumeric", "randAscii"} {
			functions[name] = same
		}
	}
	return functions
}

func (e *engine) include(name string, scope interface{}) (string, error) {
	if e.depth[name]++; e.depth[name] > deepest {
		return "", fmt.Errorf("rendering template has a nested reference name: %s", name)
	}
	defer func() { e.depth[name]-- }()
	var text strings.Builder
	err := e.root.ExecuteTemplate(&text, name, scope)
	return text.String(), err
}

func (e *engine) tpl(source string, scope interface{}) (string, error) {
	own, err := e.root.Clone()
	if err != nil {
		return "", err
	}
	inner := &engine{root: own, cluster: e.cluster, depth: e.depth}
	own.Funcs(template.FuncMap{"include": inner.include, "tpl": inner.tpl})
	parsed, err := own.New("tpl").Parse(source)
	if err != nil {
		return "", fmt.Errorf("cannot parse template %q: %w", source, err)
	}
	var text strings.Builder
	err = parsed.Execute(&text, scope)
	return strings.ReplaceAll(text.String(), "<no value>", ""), err
}

// lookup answers from the objects that were given; an empty name asks for all, an empty map says there is none.
func (e *engine) lookup(version, kind, namespace, name string) map[string]interface{} {
	found := []interface{}{}
	for _, object := range e.cluster {
		if object["apiVersion"] != version || object["kind"] != kind ||
			(namespace != "" && at(object, "metadata.namespace") != namespace) {
			continue
		}
		if name == "" {
			found = append(found, object)
		} else if at(object, "metadata.name") == name {
			return object
		}
	}
	if name == "" {
		return map[string]interface{}{"items": found}
	}
	return map[string]interface{}{}
}

func loadObjects(file string) ([]map[string]interface{}, error) {
	if file == "" {
		return nil, nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var objects []map[string]interface{}
	return objects, yaml.Unmarshal(content, &objects)
}

func toYaml(value interface{}) string {
	text, err := yaml.Marshal(value)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(text), "\n")
}

// plain takes the call stack of templates off an error that `fail` or `required` made.
func plain(err error) error {
	var inner template.ExecError
	if errors.As(err, &inner) {
		for next := errors.Unwrap(inner.Err); next != nil; next = errors.Unwrap(next) {
			inner.Err = next
		}
		return fmt.Errorf("execution error at (%s): %w", inner.Name, inner.Err)
	}
	return err
}

// files is what templates see as .Files.
type files map[string][]byte

func (f files) Get(name string) string { return string(f[name]) }

func (f files) GetBytes(name string) []byte { return f[name] }

func (f files) Lines(name string) []string {
	return strings.Split(strings.TrimSuffix(string(f[name]), "\n"), "\n")
}

// Glob takes the patterns of path.Match; Helm's `**` is not covered.
func (f files) Glob(pattern string) files {
	found := files{}
	for name, content := range f {
		if matched, _ := path.Match(pattern, name); matched {
			found[name] = content
		}
	}
	return found
}

func (f files) AsConfig() string {
	texts := map[string]string{}
	for name, content := range f {
		texts[path.Base(name)] = string(content)
	}
	return toYaml(texts)
}

func (f files) AsSecrets() string {
	texts := map[string]string{}
	for name, content := range f {
		texts[path.Base(name)] = base64.StdEncoding.EncodeToString(content)
	}
	return toYaml(texts)
}
