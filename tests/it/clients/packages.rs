//! Both clients as they are published: packed, and installed into a folder with the scripts that use them.

use std::{fs, os::unix::fs::symlink, path::Path, process::Command, sync::OnceLock};

use serde_json::json;
use tempfile::TempDir;

use super::{PATIENCE, file};
use crate::support::tools::{self, node, node_modules, node_tool, python_tool, run};

/// The first example of a README in this language.
fn example(readme: &str, language: &str) -> String {
    let text = fs::read_to_string(file(readme)).unwrap();
    let begun = text.split_once(&format!("```{language}\n")).expect("an example").1;
    begun.split_once("```").expect("its end").0.to_owned()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, name) = (entry.path(), entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            // What somebody has built or installed beside it is no part of it.
            true if name == "node_modules" || name == "dist" || name == "__pycache__" => {}
            true => copy(&path, &to.join(name)),
            false => _ = fs::copy(&path, to.join(name)).unwrap(),
        }
    }
}

/// Node with a script of `tests/it/clients` or the README's example, beside the package as `npm pack` packs it.
pub fn typescript(script: &str) -> Command {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let (package, app) = (folder.path().join("package"), folder.path().join("app"));
        copy(&file("clients/typescript"), &package);
        symlink(node_modules(), package.join("node_modules")).unwrap();
        let beside = tools::python().parent().unwrap().to_owned();
        let path = std::env::join_paths(
            [beside]
                .into_iter()
                .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
        );
        run(
            Command::new(python_tool("npm"))
                .args(["pack", "--silent", "--pack-destination"])
                .arg(folder.path())
                .current_dir(&package)
                .env("PATH", path.unwrap())
                .env("npm_config_update_notifier", "false")
                .env("npm_config_cache", folder.path().join("cache")),
            PATIENCE,
        );
        let installed = app.join("node_modules");
        fs::create_dir_all(installed.join("@types")).unwrap();
        let mut packed = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let tarball = packed
            .find(|path| path.extension().is_some_and(|is| is == "tgz"))
            .expect("a tarball");
        run(
            Command::new("tar").arg("-xzf").arg(tarball).arg("-C").arg(&installed),
            PATIENCE,
        );
        fs::rename(installed.join("package"), installed.join("vouchsafe-client")).unwrap();
        for name in [
            "dist/index.js",
            "dist/index.d.ts",
            "dist/generated/api.d.ts",
            "LICENSE",
            "README.md",
        ] {
            assert!(
                installed.join("vouchsafe-client").join(name).exists(),
                "{name} is not packed"
            );
        }
        for name in [
            "openapi-fetch",
            "openapi-typescript-helpers",
            "@types/node",
            "undici-types",
        ] {
            symlink(node_modules().join(name), installed.join(name)).unwrap();
        }
        fs::copy(file("tests/it/clients/story.ts"), app.join("story.ts")).unwrap();
        fs::write(app.join("readme.ts"), example("clients/typescript/README.md", "ts")).unwrap();
        fs::write(app.join("package.json"), json!({ "type": "module" }).to_string()).unwrap();
        let options = json!({ "compilerOptions": {
            "strict": true, "exactOptionalPropertyTypes": true, "noUncheckedIndexedAccess": true,
            "module": "nodenext", "target": "es2022", "types": ["node"],
        } });
        fs::write(app.join("tsconfig.json"), options.to_string()).unwrap();
        run(node_tool("tsc").arg("--noEmit").arg("--project").arg(&app), PATIENCE);
        run(node_tool("tsc").arg("--project").arg(&app), PATIENCE);
        folder
    });
    let mut command = node();
    command.arg(made.path().join("app").join(script));
    command
}

/// Python with a script of `tests/it/clients` or the README's example, beside the wheel as it is built.
pub fn python(script: &str) -> Command {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let (package, wheels, app) = (
            folder.path().join("package"),
            folder.path().join("wheels"),
            folder.path().join("app"),
        );
        copy(&file("clients/python"), &package);
        let pip = |arguments: &[&str]| {
            let mut command = Command::new(tools::python());
            command
                .args(["-m", "pip", "--quiet", "--disable-pip-version-check"])
                .args(arguments);
            command
        };
        run(
            pip(&[
                "wheel",
                "--no-deps",
                "--no-index",
                "--no-build-isolation",
                "--wheel-dir",
            ])
            .arg(&wheels)
            .arg(&package),
            PATIENCE,
        );
        let wheel = fs::read_dir(&wheels).unwrap().next().expect("a wheel").unwrap().path();
        let installed = app.join("installed");
        run(
            pip(&["install", "--no-deps", "--no-index", "--target"])
                .arg(&installed)
                .arg(wheel),
            PATIENCE,
        );
        assert!(installed.join("vouchsafe_client/py.typed").exists());
        fs::copy(file("tests/it/clients/story.py"), app.join("story.py")).unwrap();
        fs::write(app.join("readme.py"), example("clients/python/README.md", "python")).unwrap();
        run(
            Command::new(python_tool("mypy"))
                .args(["--strict", "--no-error-summary", "--package", "vouchsafe_client"])
                .args(["--module", "story", "--module", "readme", "--module", "generate"])
                .current_dir(&app)
                .env(
                    "MYPYPATH",
                    std::env::join_paths([&installed, &file("clients")]).unwrap(),
                ),
            PATIENCE,
        );
        folder
    });
    let app = made.path().join("app");
    let mut command = Command::new(tools::python());
    command.arg(app.join(script)).env("PYTHONPATH", app.join("installed"));
    command
}
