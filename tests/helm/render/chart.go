// SPDX-License-Identifier: Apache-2.0
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

// chart is one folder: its metadata, defaults, schema, templates and other files, and the charts inside `charts/`.
type chart struct {
	metadata     map[string]interface{}
	dependencies []dependency
	defaults     map[string]interface{}
	schema       []byte
	templates    map[string]string // path below the chart
	files        map[string][]byte
	charts       []*chart
}

type dependency struct {
	Name      string `json:"name"`
	Version   string `json:"version"`
	Condition string `json:"condition"`
	Alias     string `json:"alias"`
}

func (c *chart) name() string { return c.metadata["name"].(string) }

func loadChart(folder string) (*chart, error) {
	c := &chart{defaults: map[string]interface{}{}, templates: map[string]string{}, files: map[string][]byte{}}
	ignored, err := ignoredNames(filepath.Join(folder, ".helmignore"))
	if err != nil {
		return nil, err
	}
	err = filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(folder, path)
		name = filepath.ToSlash(name)
		if name != "." && matchesAny(ignored, info.Name()) {
			if info.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if info.IsDir() {
			if filepath.Dir(name) == "charts" {
				inner, err := loadChart(path)
				if err != nil {
					return err
				}
				c.charts = append(c.charts, inner)
				return filepath.SkipDir
			}
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return c.take(name, content)
	})
	if err != nil {
		return nil, err
	}
	if c.metadata == nil {
		return nil, fmt.Errorf("%s: Chart.yaml file is missing", folder)
	}
	return c, c.checkDependencies()
}

func (c *chart) take(name string, content []byte) error {
	switch {
	case name == "Chart.yaml":
		var listed struct {
			Dependencies []dependency `json:"dependencies"`
		}
		if err := yaml.Unmarshal(content, &listed); err != nil {
			return fmt.Errorf("Chart.yaml: %w", err)
		}
		c.dependencies = listed.Dependencies
		return yaml.UnmarshalStrict(content, &c.metadata)
	case name == "values.yaml":
		if err := yaml.UnmarshalStrict(content, &c.defaults); err != nil {
			return fmt.Errorf("values.yaml: %w", err)
		}
	case name == "values.schema.json":
		c.schema = content
	case strings.HasPrefix(name, "templates/"):
		c.templates[name] = string(content)
	default:
		c.files[name] = content
	}
	return nil
}

func (c *chart) checkDependencies() error {
	for _, want := range c.dependencies {
		if c.find(want.Name) == nil {
			return fmt.Errorf("found in Chart.yaml, but missing in charts/ directory: %s", want.Name)
		}
	}
	return nil
}

func (c *chart) find(name string) *chart {
	for _, inner := range c.charts {
		if inner.name() == name {
			return inner
		}
	}
	return nil
}

// dropDisabled removes the charts whose condition is false, and their values.
func (c *chart) dropDisabled(values map[string]interface{}) {
	for _, d := range c.dependencies {
		if d.Condition == "" {
			continue
		}
		if enabled, ok := at(values, d.Condition).(bool); ok && !enabled {
			for i, inner := range c.charts {
				if inner.name() == d.Name {
					c.charts = append(c.charts[:i], c.charts[i+1:]...)
					break
				}
			}
		}
	}
}

func at(values map[string]interface{}, path string) interface{} {
	var value interface{} = values
	for _, word := range strings.Split(path, ".") {
		inner, ok := value.(map[string]interface{})
		if !ok {
			return nil
		}
		value = inner[word]
	}
	return value
}

func ignoredNames(path string) ([]string, error) {
	content, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil, nil
	}
	var names []string
	for _, line := range strings.Split(string(content), "\n") {
		line = strings.TrimSuffix(strings.TrimSpace(line), "/")
		if line != "" && !strings.HasPrefix(line, "#") {
			names = append(names, line)
		}
	}
	return names, err
}

func matchesAny(patterns []string, name string) bool {
	for _, pattern := range patterns {
		if matched, _ := filepath.Match(pattern, name); matched {
			return true
		}
	}
	return false
}
