package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"
)

//go:embed role.toml
var config string

// play is one role's turn. It returns the end of what schemathesis said, and an
// error where it found something.
func (t *target) play(ctx context.Context, role, tool, dir string, examples int) (summary string, err error) {
	users, settings, report := filepath.Join(dir, role+".json"), filepath.Join(dir, role+".toml"), filepath.Join(dir, role+".txt")
	if err := t.introduce(role, users); err != nil {
		return "", err
	}
	filled, err := template.New("role.toml").Parse(config)
	if err != nil {
		return "", err
	}
	var text bytes.Buffer
	if err := filled.Execute(&text, struct{ Role, Peer, API, Users string }{role, t.peer(role), t.cloud.API, users}); err != nil {
		return "", err
	}
	if err := os.WriteFile(settings, text.Bytes(), 0o600); err != nil {
		return "", err
	}
	args := []string{"--config-file", settings, "run", t.cloud.API + "/openapi.json", "--phases", "examples,coverage,fuzzing,stateful",
		"--checks", "all", "--generation-deterministic", "--continue-on-failure", "--workers", "1", "--no-color"}
	if examples > 0 {
		args = append(args, "--max-examples", strconv.Itoa(examples))
	}
	st := exec.CommandContext(ctx, tool, args...)
	said, err := st.CombinedOutput()
	if unwritten := os.WriteFile(report, said, 0o600); unwritten != nil {
		return "", unwritten
	}
	if at := bytes.LastIndex(said, []byte(" SUMMARY ")); at >= 0 {
		said = said[at:]
	}
	return strings.Trim(string(said), "= \n"), err
}

// introduce writes who takes part: the role, and their colleague elsewhere.
func (t *target) introduce(role, path string) error {
	type header struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	type user struct {
		Name    string   `json:"name"`
		Headers []header `json:"fixedHeaders"`
	}
	var known struct {
		Auth []user `json:"auth"`
	}
	for _, subject := range []string{role, t.peer(role)} {
		if subject == "" {
			continue
		}
		token, err := t.token(subject)
		if err != nil {
			return err
		}
		known.Auth = append(known.Auth, user{subject, []header{{"Authorization", "Bearer " + token}}})
	}
	text, err := json.Marshal(known)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}
