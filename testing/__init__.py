"""What tests and benches share: tiny bundles and libraries, a browser, and the checks of the page."""
