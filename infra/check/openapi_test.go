package check

import (
	"bytes"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/docs"
	"guanxi/internal/api"
	"guanxi/internal/api/about"
	"guanxi/internal/api/customers"
	"guanxi/internal/api/decisions"
	"guanxi/internal/api/interactions"
	"guanxi/internal/api/orders"
	"guanxi/internal/api/settings"
	"guanxi/internal/api/webhooks"
)

var update = flag.Bool("update", false, "write the files that are made from the code")

const openAPIFile = root + "/docs/openapi.json"

// everything is an API with the operations of all functions. Nothing is called
// but registration, so the ports are empty.
func everything() *api.API {
	a := api.New(api.Config{Log: slog.New(slog.NewJSONHandler(io.Discard, nil))})
	about.Register(a, nil)
	customers.Register(a, nil, nil, nil)
	decisions.Register(a, nil, nil, nil, nil, nil, nil, nil)
	interactions.Register(a, nil, nil)
	orders.Register(a, nil, nil, "")
	settings.Register(a, nil, nil, nil, "")
	webhooks.Register(a, http.NotFoundHandler())
	return a
}

// The document that clients get describes what is registered.
func TestOpenAPIDescribesTheOperations(t *testing.T) {
	document, err := everything().Document()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(openAPIFile, document, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(document, docs.OpenAPI()) {
		t.Error("docs/openapi.json is not what the operations say: go test ./infra/check -run OpenAPI -update, and read the difference")
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
