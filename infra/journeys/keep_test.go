package journeys_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// keep keeps a value of the last answer: <name> stands for it from then on. Of an address of the API it keeps the path.
func keep(j *journey, a args) error {
	var value any
	if err := json.Unmarshal(j.answer.body, &value); err != nil {
		return fmt.Errorf("no JSON: %s", j.answer)
	}
	for step := range strings.SplitSeq(a["path"], ".") {
		switch v := value.(type) {
		case object:
			value = v[step]
		case []any:
			if i, err := strconv.Atoi(step); err == nil && i < len(v) {
				value = v[i]
			}
		}
	}
	kept, ok := value.(string)
	if !ok {
		return fmt.Errorf("there is no text at %s of %s", a["path"], j.answer)
	}
	if u, err := url.Parse(kept); err == nil && u.Host != "" && strings.HasPrefix(j.system.api, u.Scheme+"://"+u.Host) {
		kept = u.Path
	}
	if j.kept == nil {
		j.kept = map[string]string{}
	}
	j.kept["<"+a["name"]+">"] = kept
	return nil
}
