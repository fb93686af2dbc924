package about

import (
	"encoding/json"
	"net/http/httptest"
	"testing"

	"guanxi/internal/api"
)

// Nobody needs a token, an event or any other part to ask whether we are up.
func TestAnybodyMayAsk(t *testing.T) {
	a := api.New(api.Config{})
	Register(a, []byte(`{"openapi":"3.1.0"}`))
	for path, want := range map[string]struct{ contentType, key, value string }{
		"/healthz":      {"application/json", "status", "up"},
		"/openapi.json": {"application/openapi+json", "openapi", "3.1.0"},
	} {
		out := httptest.NewRecorder()
		a.ServeHTTP(out, httptest.NewRequest("GET", path, nil))
		var body map[string]string
		if err := json.Unmarshal(out.Body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		if out.Code != 200 || out.Header().Get("Content-Type") != want.contentType || body[want.key] != want.value {
			t.Errorf("%s: %d %v %s", path, out.Code, out.Header(), out.Body)
		}
		out = httptest.NewRecorder()
		a.ServeHTTP(out, httptest.NewRequest("POST", path, nil))
		if out.Code != 405 || out.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("POST %s: %d, Allow %q", path, out.Code, out.Header().Get("Allow"))
		}
	}
}
