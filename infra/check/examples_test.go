package check

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

// Every operation says what it is for, and shows by an example what it takes and what it answers. The examples are put
// together from those of the fields, and must be what their schemas allow; infra/fuzz sends them.
func TestEveryOperationHasExamples(t *testing.T) {
	a := everything()
	if _, err := a.Document(); err != nil {
		t.Fatal(err)
	}
	schemas := a.OpenAPI().Components.Schemas
	for _, path := range a.OpenAPI().Paths {
		for _, op := range operations(path) {
			if op.RequestBody != nil {
				for media, body := range op.RequestBody.Content {
					hold(t, schemas, op.OperationID+": "+media, body, huma.ModeWriteToServer)
				}
			}
			for status, told := range op.Responses {
				for media, body := range told.Content {
					if strings.HasPrefix(status, "2") {
						hold(t, schemas, op.OperationID+": "+status+" "+media, body, huma.ModeReadFromServer)
					}
				}
			}
			for _, p := range op.Parameters {
				if p.Description == "" && p.Example == nil && len(p.Schema.Examples) == 0 && len(p.Schema.Enum) == 0 && p.Schema.Type != huma.TypeBoolean {
					t.Errorf("%s: the parameter %s has neither description nor example", op.OperationID, p.Name)
				}
			}
		}
	}
}

func hold(t *testing.T, schemas huma.Registry, what string, body *huma.MediaType, mode huma.ValidateMode) {
	t.Helper()
	if !strings.Contains(what, "json") {
		return // a picture, a page
	}
	text, err := json.Marshal(body.Example)
	if err != nil {
		t.Fatal(err)
	}
	var example any
	if err := json.Unmarshal(text, &example); err != nil {
		t.Fatal(err)
	}
	if example == nil {
		t.Errorf("%s has no example: give its fields a tag like example:\"sh-001\"", what)
		return
	}
	result := &huma.ValidateResult{}
	huma.Validate(schemas, body.Schema, huma.NewPathBuffer(nil, 0), mode, example, result)
	for _, err := range result.Errors {
		t.Errorf("%s: its example (a field wants a tag like example:\"sh-001\"): %v", what, err)
	}
}
