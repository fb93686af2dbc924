package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"text/template"
)

// screen is the first screen. Its words, and all that it knows of the API, stand in screen.txt.
//
//go:embed screen.txt
var screen string

// greeting is the first screen of this system.
func greeting(ctx context.Context, dir string, d dev) (string, error) {
	text, err := template.New("screen").Funcs(template.FuncMap{
		"ask": func(subject, path string, steps ...any) string { return ask(ctx, d, subject, path, steps) },
	}).Parse(screen)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = text.Execute(&out, map[string]any{"Dev": d, "Dir": filepath.Clean(dir), "Subjects": subjects()})
	return out.String(), err
}

// ask reads one value from the API, so that commands can name a thing that is there: steps lead through its JSON. It is
// "" when there is no such value.
func ask(ctx context.Context, d dev, subject, path string, steps []any) string {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.API+path, nil)
	if err != nil {
		return ""
	}
	request.Header.Set("Authorization", "Bearer "+d.Tokens[subject])
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	var value any
	if json.NewDecoder(response.Body).Decode(&value) != nil {
		return ""
	}
	for _, step := range steps {
		switch at := step.(type) {
		case string:
			object, _ := value.(map[string]any)
			value = object[at]
		case int:
			list, _ := value.([]any)
			if at >= len(list) {
				return ""
			}
			value = list[at]
		}
	}
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}
