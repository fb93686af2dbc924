package gateway

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// route is a Route that was read.
type route struct {
	Route
	key      string // "GET /v1/customers/{id}" or "$default"
	segments []string
	bucket   *bucket
}

const defaultKey = "$default"

var variable = regexp.MustCompile(`^\{[A-Za-z0-9_.:-]+\+?\}$`)

func parse(r Route) (route, error) {
	out := route{Route: r, bucket: newBucket(r.Throttle)}
	if r.Path == "" || r.Path == defaultKey {
		out.key = defaultKey
		return out, nil
	}
	out.key = r.Method + " " + r.Path
	rest, ok := strings.CutPrefix(r.Path, "/")
	if !ok {
		return route{}, fmt.Errorf("route %s: the path must begin with /", out.key)
	}
	out.segments = strings.Split(rest, "/")
	for i, s := range out.segments {
		if !strings.ContainsAny(s, "{}") {
			continue
		}
		if !variable.MatchString(s) {
			return route{}, fmt.Errorf("route %s: %q is neither a literal nor {name} nor {name+}", out.key, s)
		}
		if greedy(s) && i != len(out.segments)-1 {
			return route{}, fmt.Errorf("route %s: %s must be the last part", out.key, s)
		}
	}
	return out, nil
}

func greedy(segment string) bool { return strings.HasSuffix(segment, "+}") }

// match finds the most specific route: part by part a literal before {name} before {name+}, then the method itself
// before ANY, and $default last ("Routing API requests", http-api-develop-routes.html). A path that no route has, and a
// method that the path's routes don't have, are the same: no match.
func match(routes []route, method, escapedPath string) (*route, map[string]string) {
	segments := strings.Split(strings.TrimPrefix(escapedPath, "/"), "/")
	var best *route
	for i := range routes {
		r := &routes[i]
		if r.key == defaultKey {
			if best == nil {
				best = r
			}
			continue
		}
		if r.Method != "ANY" && r.Method != method || !r.fits(segments) {
			continue
		}
		if best == nil || best.key == defaultKey || r.before(best) {
			best = r
		}
	}
	if best == nil {
		return nil, nil
	}
	return best, best.parameters(segments)
}

func (r *route) fits(path []string) bool {
	for i, s := range r.segments {
		switch {
		case i >= len(path):
			return false
		case greedy(s):
			return strings.Join(path[i:], "") != ""
		case variable.MatchString(s):
			if path[i] == "" {
				return false
			}
		case s != path[i]:
			return false
		}
	}
	return len(r.segments) == len(path)
}

// before says whether r is more specific than o; both fit the same path.
func (r *route) before(o *route) bool {
	for i := range min(len(r.segments), len(o.segments)) {
		if a, b := rank(r.segments[i]), rank(o.segments[i]); a != b {
			return a < b
		}
	}
	return r.Method != "ANY" && o.Method == "ANY"
}

func rank(segment string) int {
	switch {
	case greedy(segment):
		return 2
	case variable.MatchString(segment):
		return 1
	}
	return 0
}

func (r *route) parameters(path []string) map[string]string {
	values := map[string]string{}
	for i, s := range r.segments {
		name := strings.Trim(s, "{+}")
		switch rank(s) {
		case 1:
			values[name] = unescape(path[i])
		case 2:
			values[name] = unescape(strings.Join(path[i:], "/"))
		}
	}
	return values
}

func unescape(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}
