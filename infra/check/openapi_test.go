package check

import (
	"bytes"
	"flag"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/api/about"
	"guanxi/internal/api/customers"
	"guanxi/internal/api/decisions"
	"guanxi/internal/api/figures"
	"guanxi/internal/api/interactions"
	"guanxi/internal/api/orders"
	"guanxi/internal/api/responses"
	"guanxi/internal/api/segments"
	"guanxi/internal/api/settings"
	"guanxi/internal/api/signup"
	"guanxi/internal/api/surveys"
	"guanxi/internal/api/tasks"
	"guanxi/internal/api/webhooks"
)

var update = flag.Bool("update", false, "write the files that are made from the code")

// everything is an API with the operations of all functions. Nothing is called
// but registration, so the ports are empty.
func everything() *api.API {
	a := api.New(api.Config{Log: slog.New(slog.DiscardHandler), Describe: true})
	about.Register(a, nil)
	customers.Register(a, customers.Ports{})
	customers.RegisterProfile(a, nil, nil, nil, nil)
	customers.RegisterBuyers(a, nil, nil, nil)
	customers.RegisterSecondPurchase(a, nil, nil, nil, nil, "")
	decisions.Register(a, nil, nil, nil, nil, nil, nil, nil, nil, nil)
	figures.Register(a, nil, nil, nil, nil)
	interactions.Register(a, nil, nil)
	orders.Register(a, nil, nil, "", nil)
	signup.Register(a, nil, nil, nil, nil, 0)
	segments.Register(a, nil, nil, nil, nil, nil)
	settings.Register(a, settings.Ports{})
	tasks.Register(a, nil, nil, nil, nil, nil, nil, nil, nil)
	responses.Register(a, nil, nil, nil, nil, nil, 0, nil)
	surveys.Register(a, nil, nil, nil, nil, nil, nil)
	webhooks.Register(a, http.NotFoundHandler())
	return a
}

// The document that clients get describes what is registered. It is served as
// JSON, and stands in docs as YAML too, for those who read it.
func TestOpenAPIDescribesTheOperations(t *testing.T) {
	whole := everything()
	served, err := whole.Document()
	if err != nil {
		t.Fatal(err)
	}
	read, err := whole.OpenAPI().YAML()
	if err != nil {
		t.Fatal(err)
	}
	for file, made := range map[string][]byte{"openapi.json": served, "openapi.yaml": read} {
		path := filepath.Join(root, "docs", file)
		if *update {
			if err := os.WriteFile(path, made, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		stands, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		if !bytes.Equal(stands, made) {
			t.Errorf("docs/%s is not what the operations say: go test ./infra/check -run OpenAPI -update, and read the difference", file)
		}
	}
}

// The table of roles knows exactly the operations that there are.
func TestEveryRowOfTheTableIsAnOperation(t *testing.T) {
	var registered []string
	for _, item := range everything().OpenAPI().Paths {
		for _, op := range operations(item) {
			registered = append(registered, op.OperationID)
			if op.Summary == "" {
				t.Errorf("%s has no summary", op.OperationID)
			}
		}
	}
	slices.Sort(registered)
	if known := api.Operations(); !slices.Equal(registered, known) {
		t.Errorf("registered %v\nin the table %v", registered, known)
	}
}

func operations(item *huma.PathItem) (all []*huma.Operation) {
	for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Patch, item.Delete} {
		if op != nil {
			all = append(all, op)
		}
	}
	return all
}
