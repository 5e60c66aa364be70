// The API's description, shown by Swagger UI from this server alone.
(function () {
  "use strict";
  var place = document.getElementById("api");
  if (!place || !window.SwaggerUIBundle) return;
  window.SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    supportedSubmitMethods: ["get"],
    validatorUrl: null,
    deepLinking: false,
  });
})();
