package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"

	"guanxi/infra/local/cloud"
)

// everyRole are the subjects that the demonstration makes, named as their roles.
func everyRole() []string {
	return []string{"admin", "manager", "sales", "service", "marketing", "store", "read-only", "customer"}
}

// bound are the roles that see the customers of their stores only.
var bound = map[string]bool{"manager": true, "sales": true, "store": true}

// elsewhere is a store in which none of the demonstration's people of a bound role works.
const elsewhere = "hz-001"

// target is a system to be played with.
type target struct{ cloud *cloud.Cloud }

func open(ctx context.Context) (*target, error) {
	c, err := cloud.Start(ctx, cloud.Config{Template: "template.yaml", Parameters: map[string]string{"FirstAdminSubject": "admin"}, Stack: "fuzz", InMemory: true})
	if err != nil {
		return nil, err
	}
	t := &target{c}
	if err := t.fill(ctx); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

func (t *target) close() { t.cloud.Stop() }

func (t *target) token(subject string) (string, error) { return t.cloud.Token(subject) }

// peer is the colleague of a bound role in another store, "" for the others.
func (t *target) peer(role string) string {
	if !bound[role] {
		return ""
	}
	return role + "-elsewhere"
}

// fill makes the demonstration, and the colleagues.
func (t *target) fill(ctx context.Context) error {
	admin, err := t.token("admin")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "guanxi-fuzz-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	dev := filepath.Join(dir, "dev.json")
	text, err := json.Marshal(map[string]any{"api": t.cloud.API, "control": t.cloud.Control, "tokens": map[string]string{"admin": admin}})
	if err != nil {
		return err
	}
	if err := os.WriteFile(dev, text, 0o600); err != nil {
		return err
	}
	demo := exec.CommandContext(ctx, "go", "run", "./infra/replay", "demo")
	demo.Env = append(os.Environ(), "GUANXI_DEV="+dev)
	if said, err := demo.CombinedOutput(); err != nil {
		return fmt.Errorf("the demonstration: %w\n%s", err, said)
	}
	for role := range bound {
		person := map[string]any{"name": "Colleague", "role": role, "stores": []string{elsewhere}, "active": true}
		if err := t.put(ctx, admin, "/v1/staff/"+t.peer(role), person); err != nil {
			return err
		}
	}
	return nil
}

func (t *target) put(ctx context.Context, token, path string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, t.cloud.API+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header = http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		return fmt.Errorf("PUT %s: %s", path, response.Status)
	}
	return nil
}
