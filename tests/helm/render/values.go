// SPDX-License-Identifier: Apache-2.0
package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/xeipuuv/gojsonschema"
	"sigs.k8s.io/yaml"
)

// givenValues merges the values files in their order, then what --set and --set-string say.
func givenValues(o options) (map[string]interface{}, error) {
	given := map[string]interface{}{}
	for _, path := range o.values {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		file := map[string]interface{}{}
		if err := yaml.Unmarshal(content, &file); err != nil {
			return nil, fmt.Errorf("failed to parse %s: %w", path, err)
		}
		overlay(given, file)
	}
	for _, list := range []struct {
		words words
		value func(string) interface{}
	}{{o.set, typed}, {o.setString, func(text string) interface{} { return text }}} {
		for _, word := range list.words {
			path, value, found := strings.Cut(word, "=")
			if !found {
				return nil, fmt.Errorf("failed parsing --set data: key %q has no value", word)
			}
			if err := setPath(given, path, parsed(value, list.value)); err != nil {
				return nil, err
			}
		}
	}
	return given, nil
}

// overlay lays the second map over the first; maps merge, anything else replaces.
func overlay(under, over map[string]interface{}) {
	for key, value := range over {
		inner, isMap := value.(map[string]interface{})
		if below, both := under[key].(map[string]interface{}); isMap && both {
			overlay(below, inner)
			continue
		}
		under[key] = value
	}
}

func parsed(text string, value func(string) interface{}) interface{} {
	if strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}") {
		list := []interface{}{}
		for _, word := range strings.Split(text[1:len(text)-1], ",") {
			if word != "" {
				list = append(list, value(word))
			}
		}
		return list
	}
	return value(strings.ReplaceAll(text, `\,`, ","))
}

func typed(text string) interface{} {
	switch text {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	}
	if number, err := strconv.ParseInt(text, 10, 64); err == nil && (text == "0" || text[0] != '0') {
		return number
	}
	return text
}

var step = regexp.MustCompile(`^((?:[^.\[\\]|\\.)+)((?:\[\d+\])*)(?:\.|$)`)

// setPath sets a.b[0].c; a dot in a name is written `\.`.
func setPath(values map[string]interface{}, path string, value interface{}) error {
	match := step.FindStringSubmatch(path)
	if match == nil {
		return fmt.Errorf("failed parsing --set data: %q is no path", path)
	}
	name, rest := strings.ReplaceAll(match[1], `\.`, "."), path[len(match[0]):]
	if match[2] != "" {
		index, _ := strconv.Atoi(strings.Trim(match[2], "[]"))
		list, _ := values[name].([]interface{})
		for len(list) <= index {
			list = append(list, nil)
		}
		if rest == "" {
			list[index] = value
		} else {
			inner, _ := list[index].(map[string]interface{})
			if inner == nil {
				inner = map[string]interface{}{}
			}
			list[index] = inner
			if err := setPath(inner, rest, value); err != nil {
				return err
			}
		}
		values[name] = list
		return nil
	}
	if rest == "" {
		values[name] = value
		return nil
	}
	inner, ok := values[name].(map[string]interface{})
	if !ok {
		inner = map[string]interface{}{}
		values[name] = inner
	}
	return setPath(inner, rest, value)
}

// coalesce completes given values with the chart's defaults; a null removes a default. The charts inside take their
// part by their name, and `global` from above.
func coalesce(c *chart, given map[string]interface{}) map[string]interface{} {
	values := copyOf(given).(map[string]interface{})
	complete(values, c.defaults)
	for _, inner := range c.charts {
		part, _ := values[inner.name()].(map[string]interface{})
		if part == nil {
			part = map[string]interface{}{}
		}
		global, _ := part["global"].(map[string]interface{})
		if global == nil {
			global = map[string]interface{}{}
		}
		if above, ok := values["global"].(map[string]interface{}); ok {
			overlay(global, copyOf(above).(map[string]interface{}))
		}
		part["global"] = global
		values[inner.name()] = coalesce(inner, part)
	}
	return values
}

func complete(values, defaults map[string]interface{}) {
	for key, fallback := range defaults {
		value, given := values[key]
		if !given {
			values[key] = copyOf(fallback)
			continue
		}
		if value == nil {
			delete(values, key)
			continue
		}
		inner, isMap := value.(map[string]interface{})
		below, both := fallback.(map[string]interface{})
		if isMap && both {
			complete(inner, below)
		}
	}
}

func copyOf(value interface{}) interface{} {
	switch v := value.(type) {
	case map[string]interface{}:
		result := make(map[string]interface{}, len(v))
		for key, inner := range v {
			result[key] = copyOf(inner)
		}
		return result
	case []interface{}:
		result := make([]interface{}, len(v))
		for i, inner := range v {
			result[i] = copyOf(inner)
		}
		return result
	}
	return value
}

// checkSchemas holds the values of each chart against its values.schema.json, and tells all that is wrong.
func checkSchemas(c *chart, values map[string]interface{}) error {
	var wrong []string
	if c.schema != nil {
		result, err := gojsonschema.Validate(gojsonschema.NewBytesLoader(c.schema), gojsonschema.NewGoLoader(values))
		if err != nil {
			return fmt.Errorf("values.schema.json: %w", err)
		}
		for _, one := range result.Errors() {
			wrong = append(wrong, "- "+one.String())
		}
	}
	if wrong != nil {
		return fmt.Errorf("values don't meet the specifications of the schema(s) in the following chart(s):\n%s:\n%s",
			c.name(), strings.Join(wrong, "\n"))
	}
	for _, inner := range c.charts {
		part, _ := values[inner.name()].(map[string]interface{})
		if err := checkSchemas(inner, part); err != nil {
			return err
		}
	}
	return nil
}
