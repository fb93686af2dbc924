// Command about serves /healthz and /openapi.json.
package main

import (
	"guanxi/docs"
	"guanxi/internal/api"
	"guanxi/internal/api/about"
	"guanxi/internal/boot"
	"guanxi/internal/lambdaio"
)

func main() {
	log := boot.Logger()
	a := api.New(api.Config{Log: log})
	about.Register(a, docs.OpenAPI())
	lambdaio.ServeHTTP(a, log)
}
