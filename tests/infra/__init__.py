"""What admins deploy, checked as strictly as can be without the Bicep compiler, which no package registry carries."""
