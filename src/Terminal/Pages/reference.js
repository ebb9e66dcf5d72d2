// The Till API's own document, shown by Swagger UI. Nothing is fetched but from this terminal.
SwaggerUIBundle({
  dom_id: "#reference",
  url: "/v1/openapi.json",
  validatorUrl: null,
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  persistAuthorization: false,
});
